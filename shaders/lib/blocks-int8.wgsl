// Four words of int8 codes, as the rows of a 4×4 matrix.
struct Block {
  r0: Word,
  r1: Word,
  r2: Word,
  r3: Word,
}

// A word of ones.
const oneEach: Word = 0x01010101u;

fn column(block: Block, shift: u32) -> Word {
  let bytes = (vec4<u32>(block.r0, block.r1, block.r2, block.r3) >> vec4<u32>(shift)) & vec4<u32>(0xffu);
  return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}

fn transposed(block: Block) -> Block {
  return Block(column(block, 0u), column(block, 8u), column(block, 16u), column(block, 24u));
}

// The word's first lanes, and zeros after them.
fn firstLanes(word: Word, count: u32) -> Word {
  return select(word & ((1u << (min(count, 3u) * 8u)) - 1u), word, count >= 4u);
}
