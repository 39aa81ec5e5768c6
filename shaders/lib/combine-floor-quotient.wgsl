// The quotient, rounded down.
fn combine(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  return floor(a / b);
}
