// Where what is taken comes from: four axes, outermost first, and how far apart in the source neighbours along each are.
// Distances wrap around, so that a large one is a step backwards.
//#import coordinates
const OFFSET: u32 = 0;
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 1;
const SIZE_2: u32 = 1;
const SIZE_3: u32 = 1;
const STRIDE_0: u32 = 0;
const STRIDE_1: u32 = 0;
const STRIDE_2: u32 = 0;
const STRIDE_3: u32 = 0;

fn placeOf(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(SIZE_0, SIZE_1, SIZE_2, SIZE_3));
  return OFFSET + dot(at, vec4<u32>(STRIDE_0, STRIDE_1, STRIDE_2, STRIDE_3));
}
