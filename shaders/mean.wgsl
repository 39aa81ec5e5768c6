// y[k, c] = finish(Σᵣ x[k, r, c]): the mean over some axes but the last, int8 or float32. k runs over the rows that stay,
// r over the rows that are summed.
// A workgroup makes WORKGROUP_SIZE / SUM_LANES adjacent quads; SUM_LANES invocations share the sum of each.
//#import linear-index
//#import coordinates
//#import mean-int8
const ROW_QUADS: u32 = 1;
const KEPT_SIZE_0: u32 = 1;
const KEPT_SIZE_1: u32 = 1;
const KEPT_SIZE_2: u32 = 1;
const KEPT_SIZE_3: u32 = 1;
const SUMMED_SIZE_0: u32 = 1;
const SUMMED_SIZE_1: u32 = 1;
const SUMMED_SIZE_2: u32 = 1;
const SUMMED_SIZE_3: u32 = 1;
// How many rows of x a step along each axis is.
const KEPT_STRIDE_0: u32 = 0;
const KEPT_STRIDE_1: u32 = 0;
const KEPT_STRIDE_2: u32 = 0;
const KEPT_STRIDE_3: u32 = 0;
const SUMMED_STRIDE_0: u32 = 0;
const SUMMED_STRIDE_1: u32 = 0;
const SUMMED_STRIDE_2: u32 = 0;
const SUMMED_STRIDE_3: u32 = 0;
// A power of two, at most WORKGROUP_SIZE.
const SUM_LANES: u32 = 1;

const SUMMED_ROWS: u32 = SUMMED_SIZE_0 * SUMMED_SIZE_1 * SUMMED_SIZE_2 * SUMMED_SIZE_3;
const STEPS: u32 = (SUMMED_ROWS + SUM_LANES - 1u) / SUM_LANES;
const QUAD_LANES: u32 = WORKGROUP_SIZE / SUM_LANES;
const Y_QUADS: u32 = KEPT_SIZE_0 * KEPT_SIZE_1 * KEPT_SIZE_2 * KEPT_SIZE_3 * ROW_QUADS;
const X_QUADS: u32 = Y_QUADS * SUMMED_ROWS;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

var<workgroup> partialSums: array<vec4<Value>, WORKGROUP_SIZE>;

fn keptRow(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(KEPT_SIZE_0, KEPT_SIZE_1, KEPT_SIZE_2, KEPT_SIZE_3));
  return dot(at, vec4<u32>(KEPT_STRIDE_0, KEPT_STRIDE_1, KEPT_STRIDE_2, KEPT_STRIDE_3));
}

fn summedRow(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(SUMMED_SIZE_0, SUMMED_SIZE_1, SUMMED_SIZE_2, SUMMED_SIZE_3));
  return dot(at, vec4<u32>(SUMMED_STRIDE_0, SUMMED_STRIDE_1, SUMMED_STRIDE_2, SUMMED_STRIDE_3));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearGroup(workgroupId) * QUAD_LANES + localIndex % QUAD_LANES;
  let sumLane = localIndex / QUAD_LANES;
  var sum = vec4<Value>(0);
  if (index < Y_QUADS) {
    let row = keptRow(index / ROW_QUADS);
    for (var step = 0u; step < STEPS; step++) {
      let summed = step * SUM_LANES + sumLane;
      if (summed < SUMMED_ROWS) {
        sum += unpackQuad(x[(row + summedRow(summed)) * ROW_QUADS + index % ROW_QUADS]);
      }
    }
  }
  partialSums[localIndex] = sum;
  workgroupBarrier();
  if (sumLane == 0u && index < Y_QUADS) {
    for (var lane = 1u; lane < SUM_LANES; lane++) {
      sum += partialSums[lane * QUAD_LANES + localIndex];
    }
    y[index] = finish(sum);
  }
}
