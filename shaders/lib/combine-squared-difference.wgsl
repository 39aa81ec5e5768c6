// Square of the difference.
fn combine(a: vec4<Number>, b: vec4<Number>) -> vec4<Number> {
  return (a - b) * (a - b);
}
