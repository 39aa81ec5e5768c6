// Quotient. That of integers is rounded towards zero, and a where b is 0.
fn combine(a: vec4<Number>, b: vec4<Number>) -> vec4<Number> {
  return a / b;
}
