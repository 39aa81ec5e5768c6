// Dense row-major float32 to rows of quads: y[row][quad] = x[row·CHANNELS + 4·quad … + 3].
// One invocation per quad.
//#import linear-index
const CHANNELS: u32 = 4;
const QUADS_PER_ROW: u32 = 1;
const QUADS: u32 = 1;
const DENSE_WORDS: u32 = 4;

@group(0) @binding(1) var<storage, read> x: array<f32, DENSE_WORDS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let first = (index / QUADS_PER_ROW) * CHANNELS + (index % QUADS_PER_ROW) * 4u;
  // Elements past the row's end land in the padding, where anything may stand.
  y[index] = vec4<f32>(x[first], x[first + 1u], x[first + 2u], x[first + 3u]);
}
