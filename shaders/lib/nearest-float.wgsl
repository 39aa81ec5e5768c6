// The nearest float32, halves to even. WGSL lets a conversion of more than 24 significant bits go to either neighbour;
// here the integer is rounded to 24 before, so that the conversion is exact.
fn nearestFloat(value: vec4<i32>) -> vec4<f32> {
  let magnitude = bitcast<vec4<u32>>(abs(value));
  let excess = vec4<u32>(8u) - min(countLeadingZeros(magnitude), vec4<u32>(8u));
  let mask = (vec4<u32>(1u) << excess) - 1u;
  // A half is completed only where what stays is odd; without excess bits nothing is added.
  let odd = (magnitude >> excess) & min(mask, vec4<u32>(1u));
  let nearest = vec4<f32>((magnitude + (mask >> vec4<u32>(1u)) + odd) & ~mask);
  return select(nearest, -nearest, value < vec4<i32>());
}
