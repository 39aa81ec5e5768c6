// What lies outside of x is filled.
fn within(place: vec4<u32>, sizes: vec4<u32>) -> vec4<u32> {
  return place;
}
