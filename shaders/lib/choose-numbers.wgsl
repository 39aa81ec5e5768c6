// One of two numbers of 32 bits.
fn choose(a: vec4<Value>, b: vec4<Value>, isFirst: vec4<bool>) -> Quad {
  return select(b, a, isFirst);
}
