// High 32 bits of the 64-bit product, by 16-bit halves.
fn highProduct(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let aLow = a & vec4<u32>(0xffffu);
  let aHigh = a >> vec4<u32>(16u);
  let bLow = b & vec4<u32>(0xffffu);
  let bHigh = b >> vec4<u32>(16u);
  let first = aHigh * bLow + ((aLow * bLow) >> vec4<u32>(16u));
  let second = aLow * bHigh + (first & vec4<u32>(0xffffu));
  return aHigh * bHigh + (first >> vec4<u32>(16u)) + (second >> vec4<u32>(16u));
}
