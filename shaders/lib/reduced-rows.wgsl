// Where the rows of a reduction lie: those that stay, and those that are combined.
//#import coordinates
const KEPT_SIZE_0: u32 = 1;
const KEPT_SIZE_1: u32 = 1;
const KEPT_SIZE_2: u32 = 1;
const KEPT_SIZE_3: u32 = 1;
const REDUCED_SIZE_0: u32 = 1;
const REDUCED_SIZE_1: u32 = 1;
const REDUCED_SIZE_2: u32 = 1;
const REDUCED_SIZE_3: u32 = 1;
// How many rows of x a step along each axis is.
const KEPT_STRIDE_0: u32 = 0;
const KEPT_STRIDE_1: u32 = 0;
const KEPT_STRIDE_2: u32 = 0;
const KEPT_STRIDE_3: u32 = 0;
const REDUCED_STRIDE_0: u32 = 0;
const REDUCED_STRIDE_1: u32 = 0;
const REDUCED_STRIDE_2: u32 = 0;
const REDUCED_STRIDE_3: u32 = 0;

fn keptRow(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(KEPT_SIZE_0, KEPT_SIZE_1, KEPT_SIZE_2, KEPT_SIZE_3));
  return dot(at, vec4<u32>(KEPT_STRIDE_0, KEPT_STRIDE_1, KEPT_STRIDE_2, KEPT_STRIDE_3));
}

fn reducedRow(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(REDUCED_SIZE_0, REDUCED_SIZE_1, REDUCED_SIZE_2, REDUCED_SIZE_3));
  return dot(at, vec4<u32>(REDUCED_STRIDE_0, REDUCED_STRIDE_1, REDUCED_STRIDE_2, REDUCED_STRIDE_3));
}
