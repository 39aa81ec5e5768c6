// (accumulator · multiplier + 2^(30 − shift)) >> (31 − shift): a 31-bit fixed-point product with one rounding, halves
// upwards. The result is limited to ±2³⁰, far outside every code range.
//#import wide-product
fn requantize(accumulator: vec4<i32>, multiplier: vec4<i32>, shift: vec4<i32>) -> vec4<i32> {
  let a = bitcast<vec4<u32>>(accumulator);
  let b = bitcast<vec4<u32>>(multiplier);
  // The 64-bit product in two's complement; the multiplier is not negative.
  let low = a * b;
  let high = highProduct(a, b) - select(vec4<u32>(), b, accumulator < vec4<i32>());

  let right = bitcast<vec4<u32>>(31 - shift);
  let isLong = right >= vec4<u32>(32u);
  // Half of 2^right; right is 1 to 62, so the half is bit 0 to 61.
  let half = vec4<u32>(1u) << ((right - 1u) & vec4<u32>(31u));
  let halfIsHigh = right > vec4<u32>(32u);
  let roundedLow = low + select(half, vec4<u32>(), halfIsHigh);
  let carry = select(vec4<u32>(), vec4<u32>(1u), roundedLow < low);
  let roundedHigh = bitcast<vec4<i32>>(high + carry + select(vec4<u32>(), half, halfIsHigh));

  let bits = right & vec4<u32>(31u);
  // A shift by 32 − bits in two steps, because bits may be 0.
  let joined = ((bitcast<vec4<u32>>(roundedHigh) << (31u - bits)) << vec4<u32>(1u)) | (roundedLow >> bits);
  let shifted = roundedHigh >> bits;
  let result = select(bitcast<vec4<i32>>(joined), shifted, isLong);
  let above = select(shifted, vec4<i32>(), isLong);
  // What does not fit 32 bits takes the sign of the whole.
  let sign = roundedHigh >> vec4<u32>(31u);
  let fits = isLong | (above == (result >> vec4<u32>(31u)));
  let limit = (sign ^ vec4<i32>(1073741824)) - sign;
  return clamp(select(limit, result, fits), vec4<i32>(-1073741824), vec4<i32>(1073741824));
}
