// Where the operands of a broadcast lie: the quad of each that belongs to a quad of the result.
//#import coordinates
const ROW_QUADS: u32 = 1;
// Sizes of the result's axes but the last, and how many rows each operand moves along them: 0 where it is repeated.
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 1;
const SIZE_2: u32 = 1;
const SIZE_3: u32 = 1;
const A_STRIDE_0: u32 = 0;
const A_STRIDE_1: u32 = 0;
const A_STRIDE_2: u32 = 0;
const A_STRIDE_3: u32 = 0;
const B_STRIDE_0: u32 = 0;
const B_STRIDE_1: u32 = 0;
const B_STRIDE_2: u32 = 0;
const B_STRIDE_3: u32 = 0;
// 1 when the operand has one channel, which all of the result's share.
const A_REPEATS_CHANNEL: u32 = 0;
const B_REPEATS_CHANNEL: u32 = 0;

// Index of the operand's quad that belongs to a quad of the result.
fn operandQuad(index: u32, strides: vec4<u32>, repeatsChannel: u32) -> u32 {
  let row = dot(coordinates(index / ROW_QUADS, vec4<u32>(SIZE_0, SIZE_1, SIZE_2, SIZE_3)), strides);
  return select(row * ROW_QUADS + index % ROW_QUADS, row, repeatsChannel == 1u);
}

// Indices of the quads of a (x) and b (y).
fn operandQuads(index: u32) -> vec2<u32> {
  return vec2<u32>(
    operandQuad(index, vec4<u32>(A_STRIDE_0, A_STRIDE_1, A_STRIDE_2, A_STRIDE_3), A_REPEATS_CHANNEL),
    operandQuad(index, vec4<u32>(B_STRIDE_0, B_STRIDE_1, B_STRIDE_2, B_STRIDE_3), B_REPEATS_CHANNEL),
  );
}
