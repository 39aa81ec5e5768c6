// As strided-4, with one axis.
const OFFSET: u32 = 0;
const SIZE_0: u32 = 1;
const STRIDE_0: u32 = 0;

fn placeOf(index: u32) -> u32 {
  return OFFSET + index * STRIDE_0;
}
