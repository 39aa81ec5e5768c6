// Division as IEEE 754 has it, to the nearest float32 and halves to even, by long division on integers. For positive normal
// numbers with a normal quotient.
fn divideExact(a: f32, b: f32) -> f32 {
  let dividend = bitcast<u32>(a);
  let divisor = mantissaOf(bitcast<u32>(b));
  var remainder = mantissaOf(dividend);
  // A quotient from 1 up to 2, so that its first digit is 1.
  let isLess = remainder < divisor;
  remainder <<= u32(isLess);
  var quotient = 0u;
  for (var digit = 0u; digit < 25u; digit++) {
    let fits = remainder >= divisor;
    remainder = (remainder - select(0u, divisor, fits)) << 1u;
    quotient = (quotient << 1u) | u32(fits);
  }
  // 24 digits, and one more to round by.
  let mantissa = quotient >> 1u;
  let roundsUp = (quotient & 1u) == 1u && (remainder != 0u || (mantissa & 1u) == 1u);
  let exponent = 127u + (dividend >> 23u) - (bitcast<u32>(b) >> 23u) - u32(isLess);
  return bitcast<f32>((exponent << 23u) + mantissa - 0x800000u + u32(roundsUp));
}

// The 24 digits of a positive float32's bits; 0 for zero and subnormal numbers.
fn mantissaOf(bits: u32) -> u32 {
  return select((bits & 0x7fffffu) | 0x800000u, 0u, bits < 0x800000u);
}
