// Length one: x / √Σ x², the root being no less than 10⁻⁶.
fn term(x: vec4<f32>, largest: f32) -> vec4<f32> {
  return x * x;
}

fn result(x: vec4<f32>, largest: f32, total: f32) -> vec4<f32> {
  return x / max(sqrt(total), 1e-6);
}
