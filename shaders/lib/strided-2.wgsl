// As strided-4, with two axes.
const OFFSET: u32 = 0;
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 1;
const STRIDE_0: u32 = 0;
const STRIDE_1: u32 = 0;

fn placeOf(index: u32) -> u32 {
  let outer = index / SIZE_1;
  return OFFSET + outer * STRIDE_0 + (index - outer * SIZE_1) * STRIDE_1;
}
