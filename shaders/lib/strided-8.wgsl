// As strided-4, with eight axes.
//#import coordinates
const OFFSET: u32 = 0;
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 1;
const SIZE_2: u32 = 1;
const SIZE_3: u32 = 1;
const SIZE_4: u32 = 1;
const SIZE_5: u32 = 1;
const SIZE_6: u32 = 1;
const SIZE_7: u32 = 1;
const STRIDE_0: u32 = 0;
const STRIDE_1: u32 = 0;
const STRIDE_2: u32 = 0;
const STRIDE_3: u32 = 0;
const STRIDE_4: u32 = 0;
const STRIDE_5: u32 = 0;
const STRIDE_6: u32 = 0;
const STRIDE_7: u32 = 0;

fn placeOf(index: u32) -> u32 {
  let inner = SIZE_4 * SIZE_5 * SIZE_6 * SIZE_7;
  let outerAt = coordinates(index / inner, vec4<u32>(SIZE_0, SIZE_1, SIZE_2, SIZE_3));
  let innerAt = coordinates(index % inner, vec4<u32>(SIZE_4, SIZE_5, SIZE_6, SIZE_7));
  let outerPlace = dot(outerAt, vec4<u32>(STRIDE_0, STRIDE_1, STRIDE_2, STRIDE_3));
  return OFFSET + outerPlace + dot(innerAt, vec4<u32>(STRIDE_4, STRIDE_5, STRIDE_6, STRIDE_7));
}
