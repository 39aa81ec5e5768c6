// y[i] = clamp(round(float32(zero point + float32(x[i] · inverse))), −128, 127), halves away from zero; (scale, inverse, zero
// point) are those of the range, RANGE_QUADS quads in a row, that i belongs to. NaN becomes the zero point.
// The sum is made of integers, so that no compiler can contract it with the product. One invocation per quad.
//#import linear-index
//#import codes
const QUADS: u32 = 1;
const RANGES: u32 = 1;
const RANGE_QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, QUADS>;
@group(0) @binding(2) var<storage, read> scales: array<vec4<f32>, RANGES>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, QUADS>;

fn codeOf(product: f32, zeroPoint: i32) -> i32 {
  let bits = bitcast<u32>(product);
  let isNumber = (bits & 0x7fffffffu) <= 0x7f800000u;
  // Beyond 256 every code is saturated.
  let magnitude = select(0u, min(bits & 0x7fffffffu, 0x43800000u), isNumber);
  // |product| = mantissa / 2^right; below 2⁻⁹ it is too far from a half to matter.
  let mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  let right = 150u - (magnitude >> 23u);
  if (right > 32u) {
    return zeroPoint;
  }
  let whole = i32((mantissa >> (right - 1u)) >> 1u);
  let fraction = mantissa << (32u - right);
  // The product as whole + fraction / 2³².
  let isNegative = bits >= 0x80000000u;
  let sum = zeroPoint + select(whole, -whole - i32(fraction != 0u), isNegative);
  let part = select(fraction, 0u - fraction, isNegative);
  // The magnitude of the sum likewise.
  let sumWhole = select(sum, -sum - i32(part != 0u), sum < 0);
  let sumPart = select(part, 0u - part, sum < 0);
  // A sum within half a unit in the last place below a half is rounded to it: that half unit, in 2³²nds.
  let slack = select(0x100u << firstLeadingBit(u32(sumWhole)), select(0x40u, 0x80u, sumPart >= 0x80000000u), sumWhole == 0);
  let rounded = sumWhole + i32(sumPart >= 0x80000000u - slack);
  return clamp(select(rounded, -rounded, sum < 0), -128, 127);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let scale = scales[index / RANGE_QUADS];
  let zeroPoint = i32(scale.z);
  let products = x[index] * scale.y;
  y[index] = packCodes(vec4<i32>(
    codeOf(products.x, zeroPoint),
    codeOf(products.y, zeroPoint),
    codeOf(products.z, zeroPoint),
    codeOf(products.w, zeroPoint),
  ));
}
