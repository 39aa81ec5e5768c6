// y[i] = x[i] by row-major element number, where rows have different lengths and so different padding; int8 or float32.
// One invocation per quad of the output.
//#import linear-index
//#import quads-int8
const ELEMENTS: u32 = 1;
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;

const X_ROW_QUADS: u32 = (X_CHANNELS + 3u) / 4u;
const Y_ROW_QUADS: u32 = (Y_CHANNELS + 3u) / 4u;
const X_QUADS: u32 = ELEMENTS / X_CHANNELS * X_ROW_QUADS;
const Y_QUADS: u32 = ELEMENTS / Y_CHANNELS * Y_ROW_QUADS;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

fn element(number: u32) -> u32 {
  // Lanes of the padding read the last element.
  let inside = min(number, ELEMENTS - 1u);
  let channel = inside % X_CHANNELS;
  return lane(x[inside / X_CHANNELS * X_ROW_QUADS + channel / 4u], channel % 4u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let first = index / Y_ROW_QUADS * Y_CHANNELS + index % Y_ROW_QUADS * 4u;
  y[index] = quadOf(vec4<u32>(element(first), element(first + 1u), element(first + 2u), element(first + 3u)));
}
