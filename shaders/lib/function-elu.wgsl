// y = x where it is positive, else alpha · (e^x − 1).
const ALPHA: f32 = 1.0;
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return select(ALPHA * (exp(min(x, vec4<f32>(0.0))) - 1.0), x, x > vec4<f32>(0.0));
}
