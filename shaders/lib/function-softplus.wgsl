// y = ln(1 + e^x) = max(x, 0) + ln(1 + e^(−|x|)).
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return max(x, vec4<f32>(0.0)) + log(1.0 + exp(max(-abs(x), vec4<f32>(-87.0))));
}
