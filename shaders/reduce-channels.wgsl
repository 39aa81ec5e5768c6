// y[k] = finish(the x[k, r] of every r, combined): a sum, product, minimum, maximum or mean over the last axis and perhaps
// others; int8, float32 or int32. k numbers the elements of the result; r runs over rows and over the quads of a row.
// A workgroup makes one quad of y: invocations 0 to 15 its first element, 16 to 31 the second, and so on.
//#import linear-index
//#import reduced-rows
//#import values-float
//#import combine-sum
//#import finish-numbers
alias Number = Value;
const X_CHANNELS: u32 = 1;
const Y_CHANNELS: u32 = 1;
// Bits of the number that changes nothing it is combined with.
const NEUTRAL: u32 = 0;

const X_ROW_QUADS: u32 = (X_CHANNELS + 3u) / 4u;
const Y_ROW_QUADS: u32 = (Y_CHANNELS + 3u) / 4u;
const KEPT: u32 = KEPT_SIZE_0 * KEPT_SIZE_1 * KEPT_SIZE_2 * KEPT_SIZE_3;
const REDUCED_QUADS: u32 = REDUCED_SIZE_0 * REDUCED_SIZE_1 * REDUCED_SIZE_2 * REDUCED_SIZE_3 * X_ROW_QUADS;
const LANES: u32 = WORKGROUP_SIZE / 4u;
const STEPS: u32 = (REDUCED_QUADS + LANES - 1u) / LANES;
const X_QUADS: u32 = KEPT * REDUCED_QUADS;
const Y_QUADS: u32 = KEPT / Y_CHANNELS * Y_ROW_QUADS;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

var<workgroup> partials: array<Value, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearGroup(workgroupId);
  let lane = localIndex % LANES;
  let channel = index % Y_ROW_QUADS * 4u + localIndex / LANES;
  let neutral = vec4<Value>(bitcast<Value>(NEUTRAL));
  var total = neutral;
  if (index < Y_QUADS && channel < Y_CHANNELS) {
    let row = keptRow(index / Y_ROW_QUADS * Y_CHANNELS + channel);
    for (var step = 0u; step < STEPS; step++) {
      let reduced = step * LANES + lane;
      if (reduced < REDUCED_QUADS) {
        let quad = reduced % X_ROW_QUADS;
        let values = unpackQuad(x[(row + reducedRow(reduced / X_ROW_QUADS)) * X_ROW_QUADS + quad]);
        let isChannel = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(X_CHANNELS);
        total = combine(total, select(neutral, values, isChannel));
      }
    }
  }
  let halves = combine(total, total.zwxy);
  partials[localIndex] = combine(halves, halves.yxwz).x;
  workgroupBarrier();
  if (localIndex == 0u && index < Y_QUADS) {
    total = neutral;
    for (var i = 0u; i < LANES; i++) {
      total = combine(total, vec4<Value>(partials[i], partials[LANES + i], partials[2u * LANES + i], partials[3u * LANES + i]));
    }
    y[index] = finish(total);
  }
}
