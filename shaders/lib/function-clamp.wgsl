// y = clamp(x, low, high): an activation that is one, or none.
//#import clamp-float
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return clampValues(x);
}
