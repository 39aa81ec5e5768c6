// Any function of one int8 code: y[i] = table[x[i] + 128].
// One invocation per quad.
//#import linear-index
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<u32, QUADS>;
// Four results a word, lowest byte first.
@group(0) @binding(2) var<storage, read> table: array<u32, 64>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, QUADS>;

fn lookUp(biased: u32) -> u32 {
  return (table[biased / 4u] >> ((biased % 4u) * 8u)) & 0xffu;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  // Flipping the top bit adds 128 to each code.
  let word = x[index] ^ 0x80808080u;
  y[index] = lookUp(word & 0xffu) | (lookUp((word >> 8u) & 0xffu) << 8u) | (lookUp((word >> 16u) & 0xffu) << 16u)
    | (lookUp(word >> 24u) << 24u);
}
