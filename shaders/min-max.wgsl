// y[r, p] = the smallest and the largest number of part p of range r; NaN counts as 0, infinities as the largest numbers. A
// range is RANGE_QUADS quads in a row, a part PART_QUADS of them; parts beyond the range repeat its last quad. Floats are
// compared as integers in the same order, so that subnormals are what they are.
// LANES adjacent invocations share a part; a workgroup has WORKGROUP_SIZE / LANES parts.
//#import linear-index
const RANGES: u32 = 1;
const RANGE_QUADS: u32 = 1;
const ROW_QUADS: u32 = 1;
const CHANNELS: u32 = 1;
const PARTS: u32 = 1;
const PART_QUADS: u32 = 1;
// A power of two, at most WORKGROUP_SIZE.
const LANES: u32 = 1;

const STEPS: u32 = (PART_QUADS + LANES - 1u) / LANES;
const X_QUADS: u32 = RANGES * RANGE_QUADS;
const Y_QUADS: u32 = RANGES * PARTS;

@group(0) @binding(1) var<storage, read> x: array<vec4<i32>, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<i32>, Y_QUADS>;

var<workgroup> minima: array<i32, WORKGROUP_SIZE>;
var<workgroup> maxima: array<i32, WORKGROUP_SIZE>;

// Places of the largest number and its negation in the order of floats.
const TOP: i32 = 0x7f7fffff;
const BOTTOM: i32 = -0x7f800000;

// Bits to places in the order of floats, and back.
fn ordered(bits: vec4<i32>) -> vec4<i32> {
  return select(bits ^ vec4<i32>(0x7fffffff), bits, bits >= vec4<i32>());
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let part = linearGroup(workgroupId) * (WORKGROUP_SIZE / LANES) + localIndex / LANES;
  let lane = localIndex % LANES;
  let range = part / PARTS;
  var least = vec4<i32>(TOP);
  var most = vec4<i32>(BOTTOM);
  for (var step = 0u; step < STEPS; step++) {
    let inPart = step * LANES + lane;
    if (range < RANGES && inPart < PART_QUADS) {
      let quad = min(part % PARTS * PART_QUADS + inPart, RANGE_QUADS - 1u);
      let bits = x[range * RANGE_QUADS + quad];
      let isNumber = (bits & vec4<i32>(0x7fffffff)) <= vec4<i32>(0x7f800000);
      let places = select(vec4<i32>(), ordered(bits), isNumber);
      let isChannel = vec4<u32>(quad % ROW_QUADS * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CHANNELS);
      least = min(least, select(vec4<i32>(TOP), places, isChannel));
      most = max(most, select(vec4<i32>(BOTTOM), places, isChannel));
    }
  }
  minima[localIndex] = max(min(min(least.x, least.y), min(least.z, least.w)), BOTTOM);
  maxima[localIndex] = min(max(max(most.x, most.y), max(most.z, most.w)), TOP);
  workgroupBarrier();
  if (lane != 0u || range >= RANGES) {
    return;
  }
  var ends = vec4<i32>(TOP, BOTTOM, 0, 0);
  for (var other = 0u; other < LANES; other++) {
    ends.x = min(ends.x, minima[localIndex + other]);
    ends.y = max(ends.y, maxima[localIndex + other]);
  }
  y[part] = ordered(ends);
}
