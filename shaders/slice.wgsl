// y[o] = x[begin + o · stride] along every axis; int8, or any type of 32 bits.
// One invocation per quad of the output.
//#import linear-index
//#import coordinates
//#import quads-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const X_ROW_QUADS: u32 = 1;
const Y_ROW_QUADS: u32 = 1;
const Y_CHANNELS: u32 = 1;
const CHANNEL_BEGIN: u32 = 0;
const CHANNEL_STRIDE: u32 = 1;
// The axes of y but the last, and how many rows of x a step along each is.
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 1;
const SIZE_2: u32 = 1;
const SIZE_3: u32 = 1;
const STRIDE_0: u32 = 0;
const STRIDE_1: u32 = 0;
const STRIDE_2: u32 = 0;
const STRIDE_3: u32 = 0;
// The row of x that the first row of y is taken from.
const FIRST_ROW: u32 = 0;

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
  let at = coordinates(index / Y_ROW_QUADS, vec4<u32>(SIZE_0, SIZE_1, SIZE_2, SIZE_3));
  let row = FIRST_ROW + dot(at, vec4<u32>(STRIDE_0, STRIDE_1, STRIDE_2, STRIDE_3));
  let quad = index % Y_ROW_QUADS;
  if (CHANNEL_STRIDE == 1u && CHANNEL_BEGIN % 4u == 0u) {
    y[index] = x[row * X_ROW_QUADS + CHANNEL_BEGIN / 4u + quad];
    return;
  }
  let first = quad * 4u;
  y[index] = quadOf(vec4<u32>(element(row, first), element(row, first + 1u), element(row, first + 2u), element(row, first + 3u)));
}
