// What is left of a division rounded down. The quotient may be wrong by one next to a whole number.
fn combine(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  let near = a - b * floor(a / b);
  let far = select(near, near + b, near * b < vec4<f32>(0.0));
  return select(far, far - b, abs(far) >= abs(b));
}
