// y[o] = x[within(o − before)] where that lies inside x, otherwise the padding value; int8, or any type of 32 bits. Indices
// wrap around: what lies before x becomes a large number, and a large number before is a negative one, which removes elements.
// One invocation per quad of the output.
//#import linear-index
//#import coordinates
//#import quads-int8
//#import border-constant
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;
const CHANNELS_BEFORE: u32 = 0;
// The padding value: an int8 code in the low byte, or 32 bits.
const PAD_LANE: u32 = 0;
// The axes but the last.
const X_SIZE_0: u32 = 1;
const X_SIZE_1: u32 = 1;
const X_SIZE_2: u32 = 1;
const X_SIZE_3: u32 = 1;
const Y_SIZE_0: u32 = 1;
const Y_SIZE_1: u32 = 1;
const Y_SIZE_2: u32 = 1;
const Y_SIZE_3: u32 = 1;
const BEFORE_0: u32 = 0;
const BEFORE_1: u32 = 0;
const BEFORE_2: u32 = 0;
const BEFORE_3: u32 = 0;

const X_ROW_QUADS: u32 = (X_CHANNELS + 3u) / 4u;
const Y_ROW_QUADS: u32 = (Y_CHANNELS + 3u) / 4u;
const X_QUADS: u32 = X_SIZE_0 * X_SIZE_1 * X_SIZE_2 * X_SIZE_3 * X_ROW_QUADS;
const Y_QUADS: u32 = Y_SIZE_0 * Y_SIZE_1 * Y_SIZE_2 * Y_SIZE_3 * Y_ROW_QUADS;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

fn element(row: u32, outputChannel: u32) -> u32 {
  let channel = within(vec4<u32>(outputChannel - CHANNELS_BEFORE), vec4<u32>(X_CHANNELS)).x;
  if (channel >= X_CHANNELS) {
    return PAD_LANE;
  }
  return lane(x[row * X_ROW_QUADS + channel / 4u], channel % 4u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let sizes = vec4<u32>(X_SIZE_0, X_SIZE_1, X_SIZE_2, X_SIZE_3);
  let outputAt = coordinates(index / Y_ROW_QUADS, vec4<u32>(Y_SIZE_0, Y_SIZE_1, Y_SIZE_2, Y_SIZE_3));
  let source = within(outputAt - vec4<u32>(BEFORE_0, BEFORE_1, BEFORE_2, BEFORE_3), sizes);
  if (!all(source < sizes)) {
    y[index] = quadOf(vec4<u32>(PAD_LANE));
    return;
  }
  let row = ((source.x * X_SIZE_1 + source.y) * X_SIZE_2 + source.z) * X_SIZE_3 + source.w;
  let quad = index % Y_ROW_QUADS;
  if (X_CHANNELS == Y_CHANNELS && CHANNELS_BEFORE == 0u) {
    y[index] = x[row * X_ROW_QUADS + quad];
    return;
  }
  let first = quad * 4u;
  y[index] = quadOf(vec4<u32>(element(row, first), element(row, first + 1u), element(row, first + 2u), element(row, first + 3u)));
}
