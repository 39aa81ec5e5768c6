// y = x · tanh(ln(1 + e^x)).
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  // tanh(ln(1 + e)) = (e² + 2e) / (e² + 2e + 2); above 20 it is 1 in float32.
  let e = exp(clamp(x, vec4<f32>(-87.0), vec4<f32>(20.0)));
  let square = e * (e + 2.0);
  return x * (square / (square + 2.0));
}
