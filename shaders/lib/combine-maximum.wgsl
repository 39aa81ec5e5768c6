// The larger of two.
fn combine(a: vec4<Number>, b: vec4<Number>) -> vec4<Number> {
  return max(a, b);
}
