// y = erf(x).
//#import error-function
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return errorFunction(x);
}
