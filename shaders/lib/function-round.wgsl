// y = the whole number nearest to x, halves to the even one.
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return round(x);
}
