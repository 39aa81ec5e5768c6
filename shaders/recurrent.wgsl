// A recurrent layer along a sequence: h[t] = next(x[t, ·], R·h[t − 1] + b, h[t − 1]), x being what the input adds to each
// gate. One workgroup takes a sequence from its first step to its last. Each of LANES adjacent invocations takes a quad of
// units (several, LANES apart, where there are more), and SLICES of them share the sums over h.
//#import linear-index
//#import cell-lstm
const BATCH: u32 = 1;
const STEPS: u32 = 1;
const UNITS: u32 = 1;
// Powers of two; together the workgroup's size.
const LANES: u32 = 64;
const SLICES: u32 = 1;
// Quads of units of an invocation, and quads of h of a slice.
const ROUNDS: u32 = 1;
const SLICE_QUADS: u32 = 1;
// Where x and y have step t of sequence n: at n · BATCH_STRIDE + t · STEP_STRIDE, and from the last step where reversed.
const BATCH_STRIDE: u32 = 1;
const STEP_STRIDE: u32 = 1;
const IS_REVERSED: u32 = 0;
// Whether y has every step, or the last alone.
const HAS_ALL_STEPS: u32 = 1;

const QUADS: u32 = (UNITS + 3u) / 4u;
const H_QUADS: u32 = SLICES * SLICE_QUADS;
const X_QUADS: u32 = BATCH * STEPS * GATES * QUADS;
const WEIGHT_QUADS: u32 = H_QUADS * 4u * GATES * QUADS;
const BIAS_QUADS: u32 = GATES * QUADS;
const STATE_QUADS: u32 = BATCH * QUADS;
const Y_QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, X_QUADS>;
// [unit of h, gate, quad of units], with zeros for units of h that pad.
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>, WEIGHT_QUADS>;
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>, BIAS_QUADS>;
@group(0) @binding(4) var<storage, read> firstHidden: array<vec4<f32>, STATE_QUADS>;
@group(0) @binding(5) var<storage, read> firstCell: array<vec4<f32>, STATE_QUADS>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4<f32>, Y_QUADS>;

var<workgroup> hidden: array<vec4<f32>, H_QUADS>;
var<workgroup> partialSums: array<array<vec4<f32>, GATES>, WORKGROUP_SIZE>;

// What h is beyond the last unit must not be anything.
fn storeHidden(quad: u32, values: vec4<f32>) {
  let isUnit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(UNITS);
  hidden[quad] = select(vec4<f32>(), values, isUnit);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let sequence = linearGroup(workgroupId);
  let lane = localIndex % LANES;
  let slice = localIndex / LANES;
  let isSequence = sequence < BATCH;
  var cells: array<vec4<f32>, ROUNDS>;
  var fresh: array<vec4<f32>, ROUNDS>;
  for (var round = 0u; round < ROUNDS; round++) {
    let quad = round * LANES + lane;
    if (isSequence && slice == 0u && quad < QUADS) {
      storeHidden(quad, firstHidden[sequence * QUADS + quad]);
      cells[round] = firstCell[sequence * QUADS + quad];
    }
  }
  workgroupBarrier();

  for (var step = 0u; step < STEPS; step++) {
    let at = sequence * BATCH_STRIDE + select(step, STEPS - 1u - step, IS_REVERSED == 1u) * STEP_STRIDE;
    for (var round = 0u; round < ROUNDS; round++) {
      let quad = round * LANES + lane;
      // With its value written out: not every driver zeroes a variable anew in each iteration.
      var sums = array<vec4<f32>, GATES>();
      if (isSequence && quad < QUADS) {
        for (var sliceQuad = 0u; sliceQuad < SLICE_QUADS; sliceQuad++) {
          let hiddenQuad = slice * SLICE_QUADS + sliceQuad;
          let h = hidden[hiddenQuad];
          for (var gate = 0u; gate < GATES; gate++) {
            let first = (hiddenQuad * 4u * GATES + gate) * QUADS + quad;
            sums[gate] += weights[first] * h.x + weights[first + GATES * QUADS] * h.y
              + weights[first + 2u * GATES * QUADS] * h.z + weights[first + 3u * GATES * QUADS] * h.w;
          }
        }
      }
      partialSums[localIndex] = sums;
      workgroupBarrier();
      if (isSequence && slice == 0u && quad < QUADS) {
        var inputs = array<vec4<f32>, GATES>();
        for (var gate = 0u; gate < GATES; gate++) {
          for (var other = 1u; other < SLICES; other++) {
            sums[gate] += partialSums[other * LANES + lane][gate];
          }
          sums[gate] += bias[gate * QUADS + quad];
          inputs[gate] = x[(at * GATES + gate) * QUADS + quad];
        }
        var cell = cells[round];
        fresh[round] = nextHidden(inputs, sums, hidden[quad], &cell);
        cells[round] = cell;
      }
      workgroupBarrier();
    }
    for (var round = 0u; round < ROUNDS; round++) {
      let quad = round * LANES + lane;
      if (isSequence && slice == 0u && quad < QUADS) {
        storeHidden(quad, fresh[round]);
        if (HAS_ALL_STEPS == 1u) {
          y[at * QUADS + quad] = fresh[round];
        } else if (step == STEPS - 1u) {
          y[sequence * QUADS + quad] = fresh[round];
        }
      }
    }
    workgroupBarrier();
  }
}
