// Splits a row-major index into four coordinates, outermost first. The first size is not needed: the quotient is left.
// A product instead of a remainder spares a second division.
fn coordinates(index: u32, sizes: vec4<u32>) -> vec4<u32> {
  let x = index / sizes.w;
  let y = x / sizes.z;
  let z = y / sizes.y;
  return vec4<u32>(z, y - z * sizes.y, x - y * sizes.z, index - x * sizes.w);
}
