// Exactly y[i] = clamp(roundTiesEven(float32(x[i] / scale)) + zeroPoint, LOW, HIGH), although a device's division is not exact:
// the host knows where each code begins, the shader guesses the code and looks at the two neighbouring beginnings.
// NaN becomes the zero point. One invocation per quad.
//
// Why one correction is enough: x is first clamped to the range in which the code changes, so |x / scale| < 257. The
// guess multiplies by the rounded reciprocal (host, normal for the scales accepted), and the product is rounded: its
// relative error is below 2⁻²², its absolute error below 2⁻¹³. The exact rule's own division errs by less. So both round
// numbers that differ by less than 2⁻¹², to integers that differ by at most one. A device that flushes subnormal x to
// zero guesses the zero point where |x / scale| ≤ 1, again at most one off.
// Floats are compared as integers in the same order, so that subnormals and infinities are what they are.
//#import linear-index
//#import codes
const QUADS: u32 = 1;
const CHANNELS: u32 = 1;
// How many tables there are: one, or one per channel.
const TABLES: u32 = 1;
const TABLE_WORDS: u32 = 260;
const LOW: i32 = -128;
const HIGH: i32 = 127;

@group(0) @binding(1) var<storage, read> x: array<vec4<i32>, QUADS>;
@group(0) @binding(2) var<storage, read> tables: array<i32, TABLES * TABLE_WORDS>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, QUADS>;

fn ordered(bits: i32) -> i32 {
  return select(bits ^ 0x7fffffff, bits, bits >= 0);
}

fn quantizeBits(bits: i32, channel: u32) -> i32 {
  let table = select(min(channel, TABLES - 1u), 0u, TABLES == 1u) * TABLE_WORDS;
  let zeroPoint = tables[table + 258u];
  if ((bits & 0x7fffffff) > 0x7f800000) {
    return zeroPoint;
  }
  // Everything from the last beginning on has code 127; everything before the first has −128.
  let place = clamp(ordered(bits), tables[table + 1u] - 1, tables[table + 255u]);
  let scaled = round(bitcast<f32>(ordered(place)) * bitcast<f32>(tables[table + 257u]));
  let guess = clamp(i32(scaled) + zeroPoint, -128, 127);
  let index = table + u32(guess + 128);
  return guess - i32(place < tables[index]) + i32(place >= tables[index + 1u]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let bits = x[index];
  let channel = index % ((CHANNELS + 3u) / 4u) * 4u;
  let quantized = vec4<i32>(
    quantizeBits(bits.x, channel),
    quantizeBits(bits.y, channel + 1u),
    quantizeBits(bits.z, channel + 2u),
    quantizeBits(bits.w, channel + 3u),
  );
  y[index] = packCodes(clamp(quantized, vec4<i32>(LOW), vec4<i32>(HIGH)));
}
