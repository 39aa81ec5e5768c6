// A number, times a slope where it is negative.
fn combine(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  return select(a * b, a, a >= vec4<f32>(0.0));
}
