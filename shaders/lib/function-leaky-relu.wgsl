// y = x where it is positive, else alpha · x.
const ALPHA: f32 = 0.01;
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return select(ALPHA * x, x, x > vec4<f32>(0.0));
}
