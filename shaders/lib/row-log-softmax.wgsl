// Logarithm of softmax: x − max − log Σ exp(x − max).
fn term(x: vec4<f32>, largest: f32) -> vec4<f32> {
  return exp(x - largest);
}

fn result(x: vec4<f32>, largest: f32, total: f32) -> vec4<f32> {
  return x - largest - log(total);
}
