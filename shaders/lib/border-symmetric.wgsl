// What lies outside of x is its mirror image at the edges of the outermost elements, which come twice.
fn within(place: vec4<u32>, sizes: vec4<u32>) -> vec4<u32> {
  let signed = bitcast<vec4<i32>>(place);
  let after = 2 * bitcast<vec4<i32>>(sizes) - 1;
  let before = max(signed, -1 - signed);
  return bitcast<vec4<u32>>(min(before, after - before));
}
