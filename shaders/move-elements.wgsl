// y[i] = x[placeOf(i)] by row-major element numbers; int8, or any type of 32 bits.
// One invocation per quad of the output, whose four elements come from wherever they are.
//#import linear-index
//#import strided-4
//#import quads-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

fn element(row: u32, channel: u32) -> u32 {
  // Lanes of the padding read the last element.
  let source = placeOf(row * Y_CHANNELS + min(channel, Y_CHANNELS - 1u));
  let sourceRow = source / X_CHANNELS;
  let sourceChannel = source - sourceRow * X_CHANNELS;
  return lane(x[sourceRow * ((X_CHANNELS + 3u) / 4u) + sourceChannel / 4u], sourceChannel % 4u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let rowQuads = (Y_CHANNELS + 3u) / 4u;
  let row = index / rowQuads;
  let first = (index - row * rowQuads) * 4u;
  y[index] = quadOf(vec4<u32>(element(row, first), element(row, first + 1u), element(row, first + 2u), element(row, first + 3u)));
}
