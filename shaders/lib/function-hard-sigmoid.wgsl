// y = clamp(alpha · x + beta, 0, 1).
const ALPHA: f32 = 0.2;
const BETA: f32 = 0.5;
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return clamp(ALPHA * x + BETA, vec4<f32>(0.0), vec4<f32>(1.0));
}
