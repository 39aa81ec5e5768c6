// Four words of float32 numbers, as the rows of a 4×4 matrix.
struct Block {
  r0: Word,
  r1: Word,
  r2: Word,
  r3: Word,
}

// A word of ones.
const oneEach: Word = vec4<f32>(1.0);

fn transposed(block: Block) -> Block {
  let columns = transpose(mat4x4<f32>(block.r0, block.r1, block.r2, block.r3));
  return Block(columns[0], columns[1], columns[2], columns[3]);
}

// The word's first lanes, and zeros after them.
fn firstLanes(word: Word, count: u32) -> Word {
  return select(vec4<f32>(), word, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(count));
}
