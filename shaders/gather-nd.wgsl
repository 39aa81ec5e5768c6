// y[i, inner] = x[indices[i, 0], …, indices[i, K − 1], inner]; int8, or any type of 32 bits. Indices outside of an axis are
// moved to its ends.
// One invocation per quad of the output.
//#import linear-index
//#import quads-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const INDEX_QUADS: u32 = 1;
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;
// How many axes an entry of the indices names (at most 4), their sizes, and how many elements a step along each is.
const NAMED: u32 = 1;
const SIZE_0: i32 = 1;
const SIZE_1: i32 = 1;
const SIZE_2: i32 = 1;
const SIZE_3: i32 = 1;
const STRIDE_0: u32 = 0;
const STRIDE_1: u32 = 0;
const STRIDE_2: u32 = 0;
const STRIDE_3: u32 = 0;
const INNER: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read> indices: array<vec4<i32>, INDEX_QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad, Y_QUADS>;

fn element(row: u32, channel: u32) -> u32 {
  // Lanes of the padding repeat the last element.
  let index = row * Y_CHANNELS + min(channel, Y_CHANNELS - 1u);
  // An entry names at most four axes, so it is one quad.
  let named = indices[index / INNER];
  let last = vec4<i32>(SIZE_0, SIZE_1, SIZE_2, SIZE_3) - 1;
  let isNamed = vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(NAMED);
  let place = select(vec4<i32>(0), clamp(named, vec4<i32>(0), last), isNamed);
  let source = dot(vec4<u32>(place), vec4<u32>(STRIDE_0, STRIDE_1, STRIDE_2, STRIDE_3)) + index % INNER;
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
