// y[k] = finish(Σᵣ x[k, r]): the mean over the last axis and perhaps others, int8 or float32. k numbers the elements of
// the result; r runs over rows and over the quads of a row.
// A workgroup makes one quad of y: invocations 0 to 15 sum its first element, 16 to 31 the second, and so on.
//#import linear-index
//#import coordinates
//#import mean-int8
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;
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

const X_ROW_QUADS: u32 = (X_CHANNELS + 3u) / 4u;
const Y_ROW_QUADS: u32 = (Y_CHANNELS + 3u) / 4u;
const KEPT: u32 = KEPT_SIZE_0 * KEPT_SIZE_1 * KEPT_SIZE_2 * KEPT_SIZE_3;
const SUMMED_QUADS: u32 = SUMMED_SIZE_0 * SUMMED_SIZE_1 * SUMMED_SIZE_2 * SUMMED_SIZE_3 * X_ROW_QUADS;
const SUM_LANES: u32 = WORKGROUP_SIZE / 4u;
const STEPS: u32 = (SUMMED_QUADS + SUM_LANES - 1u) / SUM_LANES;
const X_QUADS: u32 = KEPT * SUMMED_QUADS;
const Y_QUADS: u32 = KEPT / Y_CHANNELS * Y_ROW_QUADS;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

var<workgroup> partialSums: array<Value, WORKGROUP_SIZE>;

fn keptRow(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(KEPT_SIZE_0, KEPT_SIZE_1, KEPT_SIZE_2, KEPT_SIZE_3));
  return dot(at, vec4<u32>(KEPT_STRIDE_0, KEPT_STRIDE_1, KEPT_STRIDE_2, KEPT_STRIDE_3));
}

fn summedRow(index: u32) -> u32 {
  let at = coordinates(index, vec4<u32>(SUMMED_SIZE_0, SUMMED_SIZE_1, SUMMED_SIZE_2, SUMMED_SIZE_3));
  return dot(at, vec4<u32>(SUMMED_STRIDE_0, SUMMED_STRIDE_1, SUMMED_STRIDE_2, SUMMED_STRIDE_3));
}

fn sumOfLanes(first: u32) -> Value {
  var sum = Value(0);
  for (var lane = 0u; lane < SUM_LANES; lane++) {
    sum += partialSums[first + lane];
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearGroup(workgroupId);
  let sumLane = localIndex % SUM_LANES;
  let channel = index % Y_ROW_QUADS * 4u + localIndex / SUM_LANES;
  var sum = vec4<Value>(0);
  if (index < Y_QUADS && channel < Y_CHANNELS) {
    let row = keptRow(index / Y_ROW_QUADS * Y_CHANNELS + channel);
    for (var step = 0u; step < STEPS; step++) {
      let summed = step * SUM_LANES + sumLane;
      if (summed < SUMMED_QUADS) {
        let quad = summed % X_ROW_QUADS;
        let values = unpackQuad(x[(row + summedRow(summed / X_ROW_QUADS)) * X_ROW_QUADS + quad]);
        let isChannel = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(X_CHANNELS);
        sum += select(vec4<Value>(0), values, isChannel);
      }
    }
  }
  partialSums[localIndex] = sum.x + sum.y + sum.z + sum.w;
  workgroupBarrier();
  if (localIndex == 0u && index < Y_QUADS) {
    let sums = vec4<Value>(
      sumOfLanes(0u), sumOfLanes(SUM_LANES), sumOfLanes(2u * SUM_LANES), sumOfLanes(3u * SUM_LANES),
    );
    y[index] = finish(sums);
  }
}
