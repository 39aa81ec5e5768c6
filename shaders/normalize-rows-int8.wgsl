// y[r, c] = clamp(result(x[r, c], max x[r, ·], rowFactor(Σ term(x[r, ·]))) + zy): rows of codes that are normalized as a
// whole, in integers only. A row's sum is below 2³¹.
// ROW_LANES adjacent invocations share a row; a workgroup has WORKGROUP_SIZE / ROW_LANES rows.
//#import linear-index
//#import codes
//#import row-codes-softmax
const ROWS: u32 = 1;
const CHANNELS: u32 = 1;
// A power of two, at most WORKGROUP_SIZE.
const ROW_LANES: u32 = 1;
const ZERO_POINT: i32 = -128;

const ROW_QUADS: u32 = (CHANNELS + 3u) / 4u;
const QUADS: u32 = ROWS * ROW_QUADS;
const STEPS: u32 = (ROW_QUADS + ROW_LANES - 1u) / ROW_LANES;

@group(0) @binding(1) var<storage, read> x: array<u32, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<u32, QUADS>;

var<workgroup> partialMaxima: array<i32, WORKGROUP_SIZE>;
var<workgroup> partialSums: array<u32, WORKGROUP_SIZE>;

fn isChannel(quad: u32) -> vec4<bool> {
  return vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CHANNELS);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let row = linearGroup(workgroupId) * (WORKGROUP_SIZE / ROW_LANES) + localIndex / ROW_LANES;
  let rowLane = localIndex % ROW_LANES;
  let firstLane = localIndex - rowLane;
  let isRow = row < ROWS;

  var maxima = vec4<i32>(-128);
  for (var step = 0u; step < STEPS; step++) {
    let quad = step * ROW_LANES + rowLane;
    if (isRow && quad < ROW_QUADS) {
      maxima = max(maxima, select(vec4<i32>(-128), unpackCodes(x[row * ROW_QUADS + quad]), isChannel(quad)));
    }
  }
  partialMaxima[localIndex] = max(max(maxima.x, maxima.y), max(maxima.z, maxima.w));
  workgroupBarrier();
  var largest = -128i;
  for (var lane = 0u; lane < ROW_LANES; lane++) {
    largest = max(largest, partialMaxima[firstLane + lane]);
  }

  var sums = vec4<u32>(0u);
  for (var step = 0u; step < STEPS; step++) {
    let quad = step * ROW_LANES + rowLane;
    if (isRow && quad < ROW_QUADS) {
      sums += select(vec4<u32>(0u), term(unpackCodes(x[row * ROW_QUADS + quad]), largest), isChannel(quad));
    }
  }
  partialSums[localIndex] = sums.x + sums.y + sums.z + sums.w;
  workgroupBarrier();
  var total = 0u;
  for (var lane = 0u; lane < ROW_LANES; lane++) {
    total += partialSums[firstLane + lane];
  }
  let factor = rowFactor(total);

  for (var step = 0u; step < STEPS; step++) {
    let quad = step * ROW_LANES + rowLane;
    if (isRow && quad < ROW_QUADS) {
      let scaled = result(unpackCodes(x[row * ROW_QUADS + quad]), largest, factor);
      y[row * ROW_QUADS + quad] = packCodes(clamp(scaled + ZERO_POINT, vec4<i32>(-128), vec4<i32>(127)));
    }
  }
}
