// Dense row-major codes to rows of quads: y[row][quad] = x[row·CHANNELS + 4·quad … + 3], every code xor SIGN_FLIP.
// One invocation per quad.
//#import linear-index
const CHANNELS: u32 = 4;
const QUADS_PER_ROW: u32 = 1;
const QUADS: u32 = 1;
const DENSE_WORDS: u32 = 1;
// 0x80808080 turns uint8 codes into the int8 codes that kernels read.
const SIGN_FLIP: u32 = 0;

@group(0) @binding(1) var<storage, read> x: array<u32, DENSE_WORDS>;
@group(0) @binding(2) var<storage, read_write> y: array<u32, QUADS>;

fn code(element: u32) -> u32 {
  return (x[element / 4u] >> ((element % 4u) * 8u)) & 0xffu;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let first = (index / QUADS_PER_ROW) * CHANNELS + (index % QUADS_PER_ROW) * 4u;
  // Elements past the row's end land in the padding, where anything may stand.
  y[index] = (code(first) | (code(first + 1u) << 8u) | (code(first + 2u) << 16u) | (code(first + 3u) << 24u)) ^ SIGN_FLIP;
}
