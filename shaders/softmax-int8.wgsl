// y[r, c] = clamp(requantize(p) + zy), p = ⌊e[max − x[r, c]] · 2^BITS / Σ e⌋, where e[d] = round(exp(−d·scale·beta) · 2^k)
// is a table of the host's, for 2^k so that a row's sum is below 2³¹. The quotient comes from long division, so every
// device gives the same code.
// ROW_LANES adjacent invocations share a row; a workgroup has WORKGROUP_SIZE / ROW_LANES rows.
//#import linear-index
//#import codes
//#import requantize-float
const ROWS: u32 = 1;
const CHANNELS: u32 = 1;
// A power of two, at most WORKGROUP_SIZE.
const ROW_LANES: u32 = 1;
const BITS: u32 = 16;
const MULTIPLIER: i32 = 998244352;
const SHIFT: i32 = 0;
const ZERO_POINT: i32 = -128;

const ROW_QUADS: u32 = (CHANNELS + 3u) / 4u;
const QUADS: u32 = ROWS * ROW_QUADS;
const STEPS: u32 = (ROW_QUADS + ROW_LANES - 1u) / ROW_LANES;

@group(0) @binding(1) var<storage, read> x: array<u32, QUADS>;
@group(0) @binding(2) var<storage, read> exponentials: array<u32, 256>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, QUADS>;

var<workgroup> partialMaxima: array<i32, WORKGROUP_SIZE>;
var<workgroup> partialSums: array<u32, WORKGROUP_SIZE>;

fn isChannel(quad: u32) -> vec4<bool> {
  return vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CHANNELS);
}

// Lanes of the padding hold anything, and may lie above the maximum: they wrap around to some entry of the table.
fn exponentialsOf(codes: vec4<i32>, largest: i32) -> vec4<u32> {
  let distance = vec4<u32>(largest - codes) & vec4<u32>(255u);
  return vec4<u32>(
    exponentials[distance.x], exponentials[distance.y], exponentials[distance.z], exponentials[distance.w],
  );
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
      let terms = exponentialsOf(unpackCodes(x[row * ROW_QUADS + quad]), largest);
      sums += select(vec4<u32>(0u), terms, isChannel(quad));
    }
  }
  partialSums[localIndex] = sums.x + sums.y + sums.z + sums.w;
  workgroupBarrier();
  var total = 0u;
  for (var lane = 0u; lane < ROW_LANES; lane++) {
    total += partialSums[firstLane + lane];
  }

  for (var step = 0u; step < STEPS; step++) {
    let quad = step * ROW_LANES + rowLane;
    if (isRow && quad < ROW_QUADS) {
      var remainder = exponentialsOf(unpackCodes(x[row * ROW_QUADS + quad]), largest);
      // A term is at most the total; the quotient's leading bit is 1 when they are equal.
      var quotient = vec4<u32>(remainder >= vec4<u32>(total));
      remainder -= quotient * total;
      for (var bit = 0u; bit < BITS; bit++) {
        remainder = remainder << vec4<u32>(1u);
        let digit = vec4<u32>(remainder >= vec4<u32>(total));
        remainder -= digit * total;
        quotient = (quotient << vec4<u32>(1u)) | digit;
      }
      let scaled = requantize(vec4<i32>(quotient), vec4<i32>(MULTIPLIER), vec4<i32>(SHIFT));
      y[row * ROW_QUADS + quad] = packCodes(clamp(scaled + ZERO_POINT, vec4<i32>(-128), vec4<i32>(127)));
    }
  }
}
