// y = ⌈x⌉.
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return ceil(x);
}
