// Splits a row-major index into four coordinates, outermost first. The first size is not needed: the quotient is left.
fn coordinates(index: u32, sizes: vec4<u32>) -> vec4<u32> {
  let outer = index / sizes.w;
  let outermost = outer / sizes.z;
  return vec4<u32>(outermost / sizes.y, outermost % sizes.y, outer % sizes.z, index % sizes.w);
}
