// The smaller of two.
fn combine(a: vec4<Number>, b: vec4<Number>) -> vec4<Number> {
  return min(a, b);
}
