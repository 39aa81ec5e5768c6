// The entry of scales and zero points that each lane of a quad has: one for all lanes, one for each index of an axis, or one for
// each block of BLOCK indices of an axis at each place of the other axes.
const CHANNELS: u32 = 1;
const ENTRIES: u32 = 1;
// Rows of what lies inside an index of the axis, indices, and rows of all of them.
const AXIS_ROWS: u32 = 1;
const AXIS_SIZE: u32 = 1;
const OUTER_ROWS: u32 = 1;
// Entries to the next block of the axis, to the next index of the axes outside and inside of it, and to the next block of
// channels.
const BLOCK: u32 = 1;
const AXIS_STRIDE: u32 = 0;
const OUTER_STRIDE: u32 = 0;
const ROW_STRIDE: u32 = 0;
const LANE_BLOCK: u32 = 1;
const LANE_STRIDE: u32 = 0;

const ROW_QUADS: u32 = (CHANNELS + 3u) / 4u;

// Channels of a quad's lanes; lanes of the padding repeat the last.
fn channelsOf(index: u32) -> vec4<u32> {
  return min(vec4<u32>(index % ROW_QUADS * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(CHANNELS - 1u));
}

fn entriesOf(index: u32) -> vec4<u32> {
  let row = index / ROW_QUADS;
  let first = row / OUTER_ROWS * OUTER_STRIDE + row / AXIS_ROWS % AXIS_SIZE / BLOCK * AXIS_STRIDE + row % AXIS_ROWS * ROW_STRIDE;
  return vec4<u32>(first) + channelsOf(index) / LANE_BLOCK * LANE_STRIDE;
}
