// Softmax: exp(beta·(x − max)) / Σ exp(beta·(x − max)).
const BETA: f32 = 1.0;

fn term(x: vec4<f32>, largest: f32) -> vec4<f32> {
  return exp(BETA * (x - largest));
}

fn result(x: vec4<f32>, largest: f32, total: f32) -> vec4<f32> {
  return term(x, largest) / total;
}
