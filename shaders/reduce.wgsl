// y[k, c] = finish(the x[k, r, c] of every r, combined): a sum, product, minimum, maximum or mean over some axes but the
// last; int8, float32 or int32. k runs over the rows that stay, r over the rows that are reduced.
// A workgroup makes WORKGROUP_SIZE / LANES adjacent quads; LANES invocations share each.
//#import linear-index
//#import reduced-rows
//#import values-float
//#import combine-sum
//#import finish-numbers
alias Number = Value;
const ROW_QUADS: u32 = 1;
// A power of two, at most WORKGROUP_SIZE.
const LANES: u32 = 1;
// Bits of the number that changes nothing it is combined with.
const NEUTRAL: u32 = 0;

const REDUCED_ROWS: u32 = REDUCED_SIZE_0 * REDUCED_SIZE_1 * REDUCED_SIZE_2 * REDUCED_SIZE_3;
const STEPS: u32 = (REDUCED_ROWS + LANES - 1u) / LANES;
const QUAD_LANES: u32 = WORKGROUP_SIZE / LANES;
const Y_QUADS: u32 = KEPT_SIZE_0 * KEPT_SIZE_1 * KEPT_SIZE_2 * KEPT_SIZE_3 * ROW_QUADS;
const X_QUADS: u32 = Y_QUADS * REDUCED_ROWS;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

var<workgroup> partials: array<vec4<Value>, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearGroup(workgroupId) * QUAD_LANES + localIndex % QUAD_LANES;
  let ownLane = localIndex / QUAD_LANES;
  var total = vec4<Value>(bitcast<Value>(NEUTRAL));
  if (index < Y_QUADS) {
    let row = keptRow(index / ROW_QUADS);
    for (var step = 0u; step < STEPS; step++) {
      let reduced = step * LANES + ownLane;
      if (reduced < REDUCED_ROWS) {
        total = combine(total, unpackQuad(x[(row + reducedRow(reduced)) * ROW_QUADS + index % ROW_QUADS]));
      }
    }
  }
  partials[localIndex] = total;
  workgroupBarrier();
  if (ownLane == 0u && index < Y_QUADS) {
    for (var lane = 1u; lane < LANES; lane++) {
      total = combine(total, partials[lane * QUAD_LANES + localIndex]);
    }
    y[index] = finish(total);
  }
}
