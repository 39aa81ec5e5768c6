// y = sin x, in radians.
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return sin(x);
}
