// y[batch, outer, i, inner] = x[batch, outer, indices[batch, i], inner]; int8, or any type of 32 bits. Indices outside of the axis are moved to
// its ends.
// One invocation per quad of the output.
//#import linear-index
//#import quads-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const INDEX_QUADS: u32 = 1;
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;
const INDEX_CHANNELS: u32 = 1;
// Of one index of the batch: how many indices there are, and the size of the axes between it and the axis.
const INDICES: u32 = 1;
const OUTER: u32 = 1;
// Sizes of the axis, and of all axes behind it.
const LENGTH: u32 = 1;
const INNER: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read> indices: array<vec4<i32>, INDEX_QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad, Y_QUADS>;

fn indexAt(element: u32) -> u32 {
  let channel = element % INDEX_CHANNELS;
  let found = indices[(element / INDEX_CHANNELS) * ((INDEX_CHANNELS + 3u) / 4u) + channel / 4u][channel % 4u];
  // Negative indices count from the end.
  let counted = select(found, found + i32(LENGTH), found < 0);
  return u32(clamp(counted, 0, i32(LENGTH) - 1));
}

fn element(row: u32, channel: u32) -> u32 {
  // Lanes of the padding repeat the last element.
  let index = row * Y_CHANNELS + min(channel, Y_CHANNELS - 1u);
  let place = index / INNER;
  let line = place / INDICES;
  let found = indexAt(line / OUTER * INDICES + place % INDICES);
  let source = (line * LENGTH + found) * INNER + index % INNER;
  let sourceChannel = source % X_CHANNELS;
  return lane(x[(source / X_CHANNELS) * ((X_CHANNELS + 3u) / 4u) + sourceChannel / 4u], sourceChannel % 4u);
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
  y[index] = quadOf(vec4<u32>(element(row, first), element(row, first + 1u), element(row, first + 2u), element(row, first + 3u)));
}
