// a to the power of b. WGSL's pow has no value below zero; there b must be a whole number, and decides the sign.
fn combine(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  let magnitude = select(exp2(b * log2(max(abs(a), vec4<f32>(1.2e-38)))), vec4<f32>(0.0), (a == vec4<f32>(0.0)) & (b > vec4<f32>(0.0)));
  let isOdd = abs(b - 2.0 * floor(b * 0.5)) == vec4<f32>(1.0);
  return select(magnitude, -magnitude, (a < vec4<f32>(0.0)) & isOdd);
}
