// Reduced numbers as they are.
fn finish(total: vec4<Value>) -> Quad {
  return total;
}
