// What lies outside of x repeats its outermost elements.
fn within(place: vec4<u32>, sizes: vec4<u32>) -> vec4<u32> {
  return bitcast<vec4<u32>>(clamp(bitcast<vec4<i32>>(place), vec4<i32>(0), bitcast<vec4<i32>>(sizes) - 1));
}
