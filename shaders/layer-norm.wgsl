// y[r, c] = (x[r, c] − m) / √(mean over c of (x[r, c] − m)² + ε) · scale[c] + bias[c], where m is the mean of the row, or 0.
// ROW_LANES adjacent invocations share a row; a workgroup has WORKGROUP_SIZE / ROW_LANES rows.
//#import linear-index
const ROWS: u32 = 1;
const CHANNELS: u32 = 1;
// A power of two, at most WORKGROUP_SIZE.
const ROW_LANES: u32 = 1;
const EPSILON: f32 = 0.0;
const SUBTRACTS_MEAN: u32 = 1;

const ROW_QUADS: u32 = (CHANNELS + 3u) / 4u;
const QUADS: u32 = ROWS * ROW_QUADS;
const STEPS: u32 = (ROW_QUADS + ROW_LANES - 1u) / ROW_LANES;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, QUADS>;
@group(0) @binding(2) var<storage, read> scale: array<vec4<f32>, ROW_QUADS>;
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>, ROW_QUADS>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>, QUADS>;

var<workgroup> partialSums: array<f32, WORKGROUP_SIZE>;
var<workgroup> partialSquares: array<f32, WORKGROUP_SIZE>;

// Lanes of the padding are zero.
fn channels(values: vec4<f32>, quad: u32) -> vec4<f32> {
  return select(vec4<f32>(), values, vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CHANNELS));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let row = linearGroup(workgroupId) * (WORKGROUP_SIZE / ROW_LANES) + localIndex / ROW_LANES;
  let rowLane = localIndex % ROW_LANES;
  let firstLane = localIndex - rowLane;
  let isRow = row < ROWS;

  var mean = 0.0;
  if (SUBTRACTS_MEAN == 1u) {
    var sums = vec4<f32>();
    for (var step = 0u; step < STEPS; step++) {
      let quad = step * ROW_LANES + rowLane;
      if (isRow && quad < ROW_QUADS) {
        sums += channels(x[row * ROW_QUADS + quad], quad);
      }
    }
    partialSums[localIndex] = sums.x + sums.y + sums.z + sums.w;
    workgroupBarrier();
    for (var lane = 0u; lane < ROW_LANES; lane++) {
      mean += partialSums[firstLane + lane];
    }
    mean /= f32(CHANNELS);
  }

  var squares = vec4<f32>();
  for (var step = 0u; step < STEPS; step++) {
    let quad = step * ROW_LANES + rowLane;
    if (isRow && quad < ROW_QUADS) {
      let deviations = channels(x[row * ROW_QUADS + quad] - mean, quad);
      squares += deviations * deviations;
    }
  }
  partialSquares[localIndex] = squares.x + squares.y + squares.z + squares.w;
  workgroupBarrier();
  var variance = 0.0;
  for (var lane = 0u; lane < ROW_LANES; lane++) {
    variance += partialSquares[firstLane + lane];
  }
  let factor = inverseSqrt(variance / f32(CHANNELS) + EPSILON);

  for (var step = 0u; step < STEPS; step++) {
    let quad = step * ROW_LANES + rowLane;
    if (isRow && quad < ROW_QUADS) {
      y[row * ROW_QUADS + quad] = (x[row * ROW_QUADS + quad] - mean) * factor * scale[quad] + bias[quad];
    }
  }
}
