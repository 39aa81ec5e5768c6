// y[r] = (scale, inverse, zero point) of int8 codes for the numbers from −below to above, the ends of range r over its parts:
// symmetric: with m the larger of the two, scale = m / 127, inverse = 127 / m, zero point 0;
// else scale = (below + above) / 255, inverse = 1 / scale, zero point = round(255 · (below / (below + above)) − 128).
// Quotients are those of IEEE 754, by long division: a device's own may be off by 2.5 units in the last place.
// Halves are rounded away from zero. One invocation per range.
//#import linear-index
//#import divide-exact
const RANGES: u32 = 1;
const PARTS: u32 = 1;
const IS_SYMMETRIC: u32 = 0;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, RANGES * PARTS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, RANGES>;

// (larger + smaller) / 255, where the sum is not rounded: it stands in 64 bits, what lies below them as a last bit.
fn sumOver255(larger: u32, smaller: u32) -> f32 {
  let distance = (larger >> 23u) - (smaller >> 23u);
  // The larger one's leading bit is bit 61.
  let shifted = mantissaOf(smaller) << 6u;
  var high = shifted >> min(distance, 31u);
  var low = 0u;
  if (distance >= 62u) {
    high = 0u;
    low = u32(shifted != 0u);
  } else if (distance >= 32u) {
    high = 0u;
    low = shifted >> (distance - 32u);
    low |= u32((low << (distance - 32u)) != shifted);
  } else if (distance > 0u) {
    low = shifted << (32u - distance);
  }
  high += mantissaOf(larger) << 6u;

  let q3 = (high >> 16u) / 255u;
  let r3 = (((high >> 16u) % 255u) << 16u) | (high & 0xffffu);
  let r2 = ((r3 % 255u) << 16u) | (low >> 16u);
  let r1 = ((r2 % 255u) << 16u) | (low & 0xffffu);
  let top = (q3 << 16u) | (r3 / 255u);
  let bottom = ((r2 / 255u) << 16u) | (r1 / 255u);
  // The quotient's leading bit is bit 21, 22 or 23 of the upper word.
  let spare = countLeadingZeros(top) - 8u;
  let mantissa = (top << spare) | ((bottom >> (31u - spare)) >> 1u);
  let rest = (bottom << spare) | u32(r1 % 255u != 0u);
  let roundsUp = rest > 0x80000000u || (rest == 0x80000000u && (mantissa & 1u) == 1u);
  return bitcast<f32>((((larger >> 23u) - 6u - spare) << 23u) + mantissa - 0x800000u + u32(roundsUp));
}

// round(255 · share − 128) for a share of 0 to 1.
fn zeroPointOf(share: f32) -> f32 {
  let bits = bitcast<u32>(share);
  let product = 255u * mantissaOf(bits);
  // share · 255 = product / 2^right.
  let right = 150u - (bits >> 23u);
  if (right > 32u) {
    return -128.0;
  }
  let whole = (product >> (right - 1u)) >> 1u;
  let fraction = product << (32u - right);
  // A half below zero is rounded down.
  let least = select(0x80000001u, 0x80000000u, whole >= 128u);
  return f32(i32(whole) - 128 + i32(fraction >= least));
}

fn scaleOf(below: f32, above: f32) -> vec3<f32> {
  let range = max(below, above);
  let sum = below + above;
  if (select(sum, range, IS_SYMMETRIC == 1u) < 0x1p-100f) {
    return vec3<f32>(1.0, 1.0, 0.0);
  }
  if (IS_SYMMETRIC == 1u) {
    return vec3<f32>(divideExact(range, 127.0), divideExact(127.0, range), 0.0);
  }
  let scale = sumOver255(bitcast<u32>(range), bitcast<u32>(min(below, above)));
  // Beyond the limits of divideExact the share is too small to matter.
  var share = 0.0;
  if (below > sum * 0x1p-20f) {
    share = divideExact(below, sum);
  }
  return vec3<f32>(scale, divideExact(1.0, scale), zeroPointOf(share));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= RANGES) {
    return;
  }
  var below = 0.0;
  var above = 0.0;
  for (var part = 0u; part < PARTS; part++) {
    let ends = x[index * PARTS + part];
    below = max(below, -ends.x);
    above = max(above, ends.y);
  }
  y[index] = vec4<f32>(scaleOf(min(below, 0x1p126f), min(above, 0x1p126f)), 0.0);
}
