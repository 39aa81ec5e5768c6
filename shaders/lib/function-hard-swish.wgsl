// y = x · clamp(x + 3, 0, 6) / 6.
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return x * clamp(x + 3.0, vec4<f32>(0.0), vec4<f32>(6.0)) * (1.0 / 6.0);
}
