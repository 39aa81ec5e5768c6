// round(float32(accumulator) · multiplier), halves to even; multiplier holds float32 bits and shift is not used.
// One multiplication and one rounding: nothing for a compiler to contract, so every device gives the same integer.
//#import nearest-float
fn requantize(accumulator: vec4<i32>, multiplier: vec4<i32>, shift: vec4<i32>) -> vec4<i32> {
  let scaled = round(nearestFloat(accumulator) * bitcast<vec4<f32>>(multiplier));
  // Far outside every code range, and within what the conversion and adding a zero point can hold.
  return vec4<i32>(clamp(scaled, vec4<f32>(-1073741824.0), vec4<f32>(1073741824.0)));
}
