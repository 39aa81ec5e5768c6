// y = 1 / (1 + exp(−x)).
//#import logistic
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return logistic(x);
}
