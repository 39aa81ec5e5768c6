// Each row of y is a row of x, or some of its channels: y[row, channel] = x[placeOf(row), CHANNEL_BEGIN + channel ·
// CHANNEL_STRIDE]; int8, or any type of 32 bits.
// One invocation per quad of the output.
//#import linear-index
//#import strided-4
//#import quads-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const X_ROW_QUADS: u32 = 1;
const Y_CHANNELS: u32 = 1;
const CHANNEL_BEGIN: u32 = 0;
const CHANNEL_STRIDE: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

fn element(row: u32, channel: u32) -> u32 {
  // Lanes of the padding read the last element.
  let source = CHANNEL_BEGIN + min(channel, Y_CHANNELS - 1u) * CHANNEL_STRIDE;
  return lane(x[row * X_ROW_QUADS + source / 4u], source % 4u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let rowQuads = (Y_CHANNELS + 3u) / 4u;
  let outputRow = index / rowQuads;
  let row = placeOf(outputRow);
  let quad = index - outputRow * rowQuads;
  if (CHANNEL_STRIDE == 1u && CHANNEL_BEGIN % 4u == 0u) {
    y[index] = x[row * X_ROW_QUADS + CHANNEL_BEGIN / 4u + quad];
    return;
  }
  let first = quad * 4u;
  y[index] = quadOf(vec4<u32>(element(row, first), element(row, first + 1u), element(row, first + 2u), element(row, first + 3u)));
}
