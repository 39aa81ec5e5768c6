// A rounding doubling high product of (accumulator << left) and the multiplier, then a rounding division by 2^right,
// halves away from zero in both (shift = left when positive, −right when negative). Computed on magnitudes.
// The result is limited to ±2³⁰, far outside every code range.
//#import wide-product
fn requantize(accumulator: vec4<i32>, multiplier: vec4<i32>, shift: vec4<i32>) -> vec4<i32> {
  // The left shift wraps around, as TFLite's does.
  let value = accumulator << bitcast<vec4<u32>>(max(shift, vec4<i32>()));
  let isNegative = value < vec4<i32>();
  let a = bitcast<vec4<u32>>(abs(value));
  let b = bitcast<vec4<u32>>(multiplier);
  let low = a * b;
  // TFLite adds 1 − 2³⁰ to negative products and truncates: a negative half goes towards zero.
  let nudge = select(vec4<u32>(0x40000000u), vec4<u32>(0x3fffffffu), isNegative);
  let rounded = low + nudge;
  let high = highProduct(a, b) + select(vec4<u32>(), vec4<u32>(1u), rounded < low);
  let doubled = (high << vec4<u32>(1u)) | (rounded >> vec4<u32>(31u));

  let right = bitcast<vec4<u32>>(max(-shift, vec4<i32>()));
  // 2^(right − 1), and 0 for right = 0.
  let half = (vec4<u32>(1u) << right) >> vec4<u32>(1u);
  let magnitude = bitcast<vec4<i32>>(min((doubled + half) >> right, vec4<u32>(0x40000000u)));
  return select(magnitude, -magnitude, isNegative);
}
