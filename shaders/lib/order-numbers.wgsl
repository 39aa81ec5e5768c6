// How two numbers lie to each other: 1 for less, 2 for equal, 3 for greater, 0 for none of these.
fn order(a: vec4<Value>, b: vec4<Value>) -> vec4<u32> {
  let least = select(vec4<u32>(0u), vec4<u32>(1u), a < b);
  return select(select(least, vec4<u32>(2u), a == b), vec4<u32>(3u), a > b);
}
