// Any function of two codes, from a table of its 65,536 results: that of a and b is byte (a + 128)·256 + (b + 128).
const TABLE_WORDS: u32 = 16384;
@group(0) @binding(4) var<storage, read> table: array<u32, TABLE_WORDS>;

fn combineCodes(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let at = bitcast<vec4<u32>>((a + 128) * 256 + (b + 128));
  let words = at >> vec4<u32>(2u);
  let found = vec4<u32>(table[words.x], table[words.y], table[words.z], table[words.w]);
  // The byte moves to the top, and back down with its sign.
  return bitcast<vec4<i32>>(found << ((vec4<u32>(3u) - (at & vec4<u32>(3u))) * 8u)) >> vec4<u32>(24u);
}
