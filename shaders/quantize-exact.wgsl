// y[i] = clamp(round(float32(x[i] / scale)) + zeroPoint, LOW, HIGH) for any scale, layout of scales, and range of codes, by
// long division on integers: a device's own division may be off by 2.5 units in the last place. NaN becomes the zero point.
// Rounding is to the nearest integer, halves to even, or, with a seed, to one of the two neighbours at random, so that the
// mean is the number itself. One invocation per quad.
//#import linear-index
//#import quantization-entries
//#import round-nearest
const QUADS: u32 = 1;
const LOW: i32 = -128;
const HIGH: i32 = 127;

@group(0) @binding(1) var<storage, read> x: array<vec4<u32>, QUADS>;
@group(0) @binding(2) var<storage, read> scales: array<u32, ENTRIES>;
@group(0) @binding(3) var<storage, read> zeroPoints: array<i32, ENTRIES>;

// The 24 digits of a number that is not 0, leading digit first, and the exponent of the last; subnormal numbers too.
struct Digits {
  digits: u32,
  exponent: i32,
}

fn digitsOf(magnitude: u32) -> Digits {
  if (magnitude >= 0x800000u) {
    return Digits((magnitude & 0x7fffffu) | 0x800000u, i32(magnitude >> 23u) - 150);
  }
  let missing = countLeadingZeros(magnitude) - 8u;
  return Digits(magnitude << missing, -149 - i32(missing));
}

// float32(a / b) for numbers that are not 0; an exponent beyond float32 stands for what is saturated, or rounded to 0.
fn divide(a: Digits, b: Digits) -> Digits {
  let isLess = a.digits < b.digits;
  var remainder = a.digits << u32(isLess);
  var quotient = 0u;
  for (var digit = 0u; digit < 25u; digit++) {
    let fits = remainder >= b.digits;
    remainder = (remainder - select(0u, b.digits, fits)) << 1u;
    quotient = (quotient << 1u) | u32(fits);
  }
  // 24 digits, and one more to round by.
  let digits = quotient >> 1u;
  let roundsUp = (quotient & 1u) == 1u && (remainder != 0u || (digits & 1u) == 1u);
  return Digits(digits + u32(roundsUp), a.exponent - b.exponent - 23 - i32(isLess));
}

fn codeOf(bits: u32, entry: u32, element: u32) -> i32 {
  let zeroPoint = zeroPoints[entry];
  let magnitude = bits & 0x7fffffffu;
  if (magnitude == 0u || magnitude > 0x7f800000u) {
    return clamp(zeroPoint, LOW, HIGH);
  }
  let quotient = divide(digitsOf(magnitude), digitsOf(scales[entry]));
  var whole = 0u;
  if (magnitude == 0x7f800000u || quotient.exponent > 7) {
    whole = 0x80000000u;
  } else if (quotient.exponent >= 0) {
    whole = quotient.digits << u32(quotient.exponent);
  } else {
    let right = u32(-quotient.exponent);
    // Of 32 digits after the point.
    var fraction = select(0u, quotient.digits >> min(right - 32u, 31u), right < 64u);
    if (right <= 32u) {
      fraction = quotient.digits << (32u - right);
      whole = (quotient.digits >> (right - 1u)) >> 1u;
    }
    whole += roundingOf(whole, fraction, element);
  }
  // With room for the zero point: a code beyond 30 bits has none.
  let largest = select(0x80000000u, 0x40000000u, zeroPoint != 0);
  let value = select(
    i32(min(whole, min(largest, 0x7fffffffu))), bitcast<i32>(0u - min(whole, largest)), bits >= 0x80000000u);
  return clamp(value + zeroPoint, LOW, HIGH);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let bits = x[index];
  let entries = entriesOf(index);
  let elements = vec4<u32>(index / ROW_QUADS * CHANNELS) + channelsOf(index);
  y[index] = packResult(vec4<i32>(
    codeOf(bits.x, entries.x, elements.x),
    codeOf(bits.y, entries.y, elements.y),
    codeOf(bits.z, entries.z, elements.z),
    codeOf(bits.w, entries.w, elements.w),
  ));
}
