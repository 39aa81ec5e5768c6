// Long short-term memory along a sequence, in all its forms: with peepholes, normalized gates, an input gate coupled with the
// forget gate, a projection, int8 weights, or the cell kept. With s = x[t, ·] + R·h[t − 1], gates i, f, g, o (or f, g, o):
//   a gate = s + peephole · cell + bias, or normalized(s + peephole · cell) · weight + bias
//   cell = clip(σ(f) · cell + σ(i) · tanh(g)), h = σ(o) · tanh(cell), or clip(P · that + bias)
// One workgroup takes a sequence from its first step to its last. Each of LANES adjacent invocations takes a quad of units
// (several, LANES apart, where there are more), and SLICES of them share the sums over h.
//#import linear-index
//#import logistic
//#import tangent
//#import keep-cell
//#import lstm-weights
const BATCH: u32 = 1;
const STEPS: u32 = 1;
// Of the cell, and of the hidden state, which a projection may make fewer.
const UNITS: u32 = 1;
const HIDDEN: u32 = 1;
const GATES: u32 = 4;
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
const IS_NORMALIZED: u32 = 0;
const HAS_PROJECTION: u32 = 0;
const CELL_CLIP: f32 = 3.4028234663852886e38;
const PROJECTION_CLIP: f32 = 3.4028234663852886e38;

const QUADS: u32 = (UNITS + 3u) / 4u;
const HIDDEN_QUADS: u32 = (HIDDEN + 3u) / 4u;
// Of h in a workgroup's memory, with zeros for what pads the slices; and of what is to be projected.
const H_QUADS: u32 = SLICES * SLICE_QUADS;
const X_QUADS: u32 = BATCH * STEPS * GATES * QUADS;
const Y_QUADS: u32 = 1;
const CELL_QUADS: u32 = BATCH * QUADS;
const WEIGHT_QUADS: u32 = 1;
const PROJECTION_QUADS: u32 = 1;
// Rows of quads: biases, peepholes of i, f and o, weights of the normalized, scales of int8 weights; each for the gates.
// Then the projection's bias and scales.
const BIASES: u32 = 0;
const PEEPHOLES: u32 = GATES * QUADS;
const NORMALS: u32 = PEEPHOLES + 3u * QUADS;
const SCALES: u32 = NORMALS + GATES * QUADS;
const PROJECTION_BIAS: u32 = SCALES + GATES * QUADS;
const PROJECTION_SCALES: u32 = PROJECTION_BIAS + HIDDEN_QUADS;
const PARAMETER_QUADS: u32 = PROJECTION_SCALES + HIDDEN_QUADS;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, X_QUADS>;
@group(0) @binding(2) var<storage, read> weights: array<WeightQuad, WEIGHT_QUADS>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4<f32>, PARAMETER_QUADS>;
@group(0) @binding(4) var<storage, read> projection: array<WeightQuad, PROJECTION_QUADS>;
@group(0) @binding(5) var<storage, read> firstHidden: array<vec4<f32>, BATCH * HIDDEN_QUADS>;
@group(0) @binding(6) var<storage, read> firstCell: array<vec4<f32>, CELL_QUADS>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4<f32>, Y_QUADS>;

var<workgroup> hidden: array<vec4<f32>, H_QUADS>;
var<workgroup> outputs: array<vec4<f32>, QUADS>;
var<workgroup> partialSums: array<array<SumQuad, GATES>, WORKGROUP_SIZE>;
// Of each gate, where they are normalized together.
var<workgroup> gateSums: array<vec4<f32>, IS_NORMALIZED * GATES * QUADS + 1u>;

// What lies beyond the last element must not be anything.
fn masked(values: vec4<f32>, quad: u32, count: u32) -> vec4<f32> {
  return select(vec4<f32>(), values, vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(count));
}

// Mean and reciprocal deviation of a gate's sums.
fn momentsOf(gate: u32) -> vec2<f32> {
  var total = vec4<f32>();
  for (var quad = 0u; quad < QUADS; quad++) {
    total += gateSums[gate * QUADS + quad];
  }
  let mean = dot(total, vec4<f32>(1.0)) / f32(UNITS);
  var squares = vec4<f32>();
  for (var quad = 0u; quad < QUADS; quad++) {
    let distance = masked(gateSums[gate * QUADS + quad] - mean, quad, UNITS);
    squares += distance * distance;
  }
  return vec2<f32>(mean, inverseSqrt(dot(squares, vec4<f32>(1.0)) / f32(UNITS) + 1e-8));
}

fn gateOf(sum: vec4<f32>, gate: u32, quad: u32) -> vec4<f32> {
  let bias = parameters[BIASES + gate * QUADS + quad];
  if (IS_NORMALIZED == 0u) {
    return sum + bias;
  }
  let moments = momentsOf(gate);
  return (sum - moments.x) * moments.y * parameters[NORMALS + gate * QUADS + quad] + bias;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let sequence = linearGroup(workgroupId);
  let lane = localIndex % LANES;
  let slice = localIndex / LANES;
  let isSequence = sequence < BATCH;
  var cells: array<vec4<f32>, ROUNDS>;
  var gates: array<array<vec4<f32>, GATES>, ROUNDS>;
  for (var quad = localIndex; quad < H_QUADS; quad += WORKGROUP_SIZE) {
    var first = vec4<f32>();
    if (isSequence && quad < HIDDEN_QUADS) {
      first = masked(firstHidden[sequence * HIDDEN_QUADS + quad], quad, HIDDEN);
    }
    hidden[quad] = first;
  }
  for (var round = 0u; round < ROUNDS; round++) {
    let quad = round * LANES + lane;
    if (isSequence && quad < QUADS) {
      cells[round] = firstCell[sequence * QUADS + quad];
    }
  }
  workgroupBarrier();

  for (var step = 0u; step < STEPS; step++) {
    let at = sequence * BATCH_STRIDE + select(step, STEPS - 1u - step, IS_REVERSED == 1u) * STEP_STRIDE;
    let scale = prepareHidden(localIndex);
    for (var round = 0u; round < ROUNDS; round++) {
      let quad = round * LANES + lane;
      // With its value written out: not every driver zeroes a variable anew in each iteration.
      var sums = array<SumQuad, GATES>();
      if (isSequence && quad < QUADS) {
        for (var sliceQuad = 0u; sliceQuad < SLICE_QUADS; sliceQuad++) {
          let hiddenQuad = slice * SLICE_QUADS + sliceQuad;
          for (var gate = 0u; gate < GATES; gate++) {
            sums[gate] += hiddenProduct(hiddenQuad, gate, quad);
          }
        }
      }
      partialSums[localIndex] = sums;
      workgroupBarrier();
      if (isSequence && slice == 0u && quad < QUADS) {
        for (var gate = 0u; gate < GATES; gate++) {
          for (var other = 1u; other < SLICES; other++) {
            sums[gate] += partialSums[other * LANES + lane][gate];
          }
          gates[round][gate] = x[(at * GATES + gate) * QUADS + quad]
            + numbersOf(sums[gate], scale, parameters[SCALES + gate * QUADS + quad]);
        }
        let cell = cells[round];
        if (GATES == 4u) {
          gates[round][0] += parameters[PEEPHOLES + quad] * cell;
        }
        gates[round][GATES - 3u] += parameters[PEEPHOLES + QUADS + quad] * cell;
        if (IS_NORMALIZED == 1u) {
          for (var gate = 0u; gate < GATES; gate++) {
            gateSums[gate * QUADS + quad] = masked(gates[round][gate], quad, UNITS);
          }
        }
      }
      workgroupBarrier();
    }
    // The output gate sees the new cells.
    for (var round = 0u; round < ROUNDS; round++) {
      let quad = round * LANES + lane;
      if (isSequence && slice == 0u && quad < QUADS) {
        let kept = logistic(gateOf(gates[round][GATES - 3u], GATES - 3u, quad));
        var added = 1.0 - kept;
        if (GATES == 4u) {
          added = logistic(gateOf(gates[round][0], 0u, quad));
        }
        let fresh = kept * cells[round] + added * tangent(gateOf(gates[round][GATES - 2u], GATES - 2u, quad));
        let cell = clamp(fresh, vec4<f32>(-CELL_CLIP), vec4<f32>(CELL_CLIP));
        cells[round] = cell;
        gates[round][GATES - 1u] += parameters[PEEPHOLES + 2u * QUADS + quad] * cell;
      }
    }
    workgroupBarrier();
    if (IS_NORMALIZED == 1u) {
      for (var round = 0u; round < ROUNDS; round++) {
        let quad = round * LANES + lane;
        if (isSequence && slice == 0u && quad < QUADS) {
          gateSums[(GATES - 1u) * QUADS + quad] = masked(gates[round][GATES - 1u], quad, UNITS);
        }
      }
      workgroupBarrier();
    }
    for (var round = 0u; round < ROUNDS; round++) {
      let quad = round * LANES + lane;
      if (isSequence && slice == 0u && quad < QUADS) {
        let opened = logistic(gateOf(gates[round][GATES - 1u], GATES - 1u, quad));
        outputs[quad] = masked(opened * tangent(cells[round]), quad, UNITS);
      }
    }
    workgroupBarrier();
    let outputScale = prepareOutputs(localIndex);
    for (var quad = localIndex; quad < HIDDEN_QUADS; quad += WORKGROUP_SIZE) {
      if (isSequence) {
        var fresh = outputs[min(quad, QUADS - 1u)];
        if (HAS_PROJECTION == 1u) {
          var sum = SumQuad();
          for (var unitQuad = 0u; unitQuad < QUADS; unitQuad++) {
            sum += outputProduct(unitQuad, quad);
          }
          fresh = numbersOf(sum, outputScale, parameters[PROJECTION_SCALES + quad]) + parameters[PROJECTION_BIAS + quad];
          fresh = clamp(fresh, vec4<f32>(-PROJECTION_CLIP), vec4<f32>(PROJECTION_CLIP));
        }
        hidden[quad] = masked(fresh, quad, HIDDEN);
        if (HAS_ALL_STEPS == 1u) {
          y[at * HIDDEN_QUADS + quad] = fresh;
        } else if (step == STEPS - 1u) {
          y[sequence * HIDDEN_QUADS + quad] = fresh;
        }
      }
    }
    workgroupBarrier();
  }
  for (var round = 0u; round < ROUNDS; round++) {
    let quad = round * LANES + lane;
    if (isSequence && slice == 0u && quad < QUADS) {
      keepCell(sequence * QUADS + quad, cells[round]);
    }
  }
}
