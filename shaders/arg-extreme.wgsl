// y[outer, inner] = the first k at which x[outer, k, inner] is largest (or smallest); indices in row-major order.
// One invocation per quad of the output.
//#import linear-index
//#import values-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;
// Sizes of the axis and of all axes behind it.
const LENGTH: u32 = 1;
const INNER: u32 = 1;
const WANTS_SMALLEST: u32 = 0;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<i32>, Y_QUADS>;

fn valueAt(element: u32) -> Value {
  let channel = element % X_CHANNELS;
  return unpackQuad(x[(element / X_CHANNELS) * ((X_CHANNELS + 3u) / 4u) + channel / 4u])[channel % 4u];
}

fn extreme(row: u32, channel: u32) -> i32 {
  // Lanes of the padding repeat the last element.
  let element = row * Y_CHANNELS + min(channel, Y_CHANNELS - 1u);
  let start = (element / INNER) * LENGTH * INNER + element % INNER;
  var best = valueAt(start);
  var found = 0u;
  for (var k = 1u; k < LENGTH; k++) {
    let value = valueAt(start + k * INNER);
    let isBetter = select(value > best, value < best, WANTS_SMALLEST == 1u);
    best = select(best, value, isBetter);
    found = select(found, k, isBetter);
  }
  return i32(found);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let rowQuads = (Y_CHANNELS + 3u) / 4u;
  let row = index / rowQuads;
  let first = (index % rowQuads) * 4u;
  y[index] = vec4<i32>(extreme(row, first), extreme(row, first + 1u), extreme(row, first + 2u), extreme(row, first + 3u));
}
