// 1 / (1 + exp(−x)).
fn logistic(x: vec4<f32>) -> vec4<f32> {
  // exp overflows float32 above 88.7, and a device need not have infinities; at −87 the result is already 2⁻¹²⁵.
  let exponent = clamp(-x, vec4<f32>(-87.0), vec4<f32>(87.0));
  return 1.0 / (1.0 + exp(exponent));
}
