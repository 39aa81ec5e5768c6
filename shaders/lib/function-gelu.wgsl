// y = x · Φ(x), Φ being the normal distribution, or its approximation by tanh.
//#import error-function
//#import tangent
const APPROXIMATE: u32 = 0;
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  if (APPROXIMATE == 1u) {
    return 0.5 * x * (1.0 + tangent(0.7978845608 * (x + 0.044715 * x * x * x)));
  } else {
    return 0.5 * x * (1.0 + errorFunction(x * 0.7071067812));
  }
}
