// What lies outside of x is its mirror image at the middle of the outermost elements.
fn within(place: vec4<u32>, sizes: vec4<u32>) -> vec4<u32> {
  let last = bitcast<vec4<i32>>(sizes) - 1;
  return bitcast<vec4<u32>>(last - abs(last - abs(bitcast<vec4<i32>>(place))));
}
