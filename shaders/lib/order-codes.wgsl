// How two codes of different scales lie to each other: 1 for less, 2 for equal, 3 for greater. The table has the place of
// each code of a among the doubled codes of b.
@group(0) @binding(4) var<storage, read> places: array<i32, 256>;

fn order(a: vec4<i32>, b: vec4<i32>) -> vec4<u32> {
  let at = a + 128;
  let place = vec4<i32>(places[at.x], places[at.y], places[at.z], places[at.w]);
  return vec4<u32>(clamp(place - 2 * b, vec4<i32>(-1), vec4<i32>(1)) + 2);
}
