// Logarithm of softmax of codes: requantize(−(b[d] + log₂(Σ e / 2^k))), both in steps of 2⁻¹⁶. b[d] is a table of the
// host's; the binary digits of the logarithm come from squaring, so that every device gives the same.
//#import row-exponentials
//#import requantize-float
//#import wide-product
// k of the exponentials.
const EXPONENT: u32 = 0;
const MULTIPLIER: i32 = 998244352;
const SHIFT: i32 = 0;

@group(0) @binding(4) var<storage, read> distances: array<i32, 256>;

// Rows hold their largest element, so their sum is at least 2^k.
fn rowFactor(total: u32) -> i32 {
  let leading = countLeadingZeros(total);
  // The total as a fixed-point number from 1 to 2, with 31 bits behind the point.
  var mantissa = vec4<u32>(total << leading);
  var logarithm = 31u - leading - EXPONENT;
  for (var digit = 0u; digit < 16u; digit++) {
    let square = highProduct(mantissa, mantissa);
    let bit = square >> vec4<u32>(31u);
    mantissa = square << (vec4<u32>(1u) - bit);
    logarithm = (logarithm << 1u) | bit.x;
  }
  return i32(logarithm);
}

fn result(codes: vec4<i32>, largest: i32, logarithm: i32) -> vec4<i32> {
  let at = distanceOf(codes, largest);
  let below = vec4<i32>(distances[at.x], distances[at.y], distances[at.z], distances[at.w]);
  return requantize(-(below + logarithm), vec4<i32>(MULTIPLIER), vec4<i32>(SHIFT));
}
