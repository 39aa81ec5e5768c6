// Average of int8 codes whose output has the same quantization: sum / count, halves away from zero.
//#import values-int8
const AVERAGE_LOW: i32 = -128;
const AVERAGE_HIGH: i32 = 127;

fn average(sum: vec4<i32>, count: u32) -> Quad {
  let half = vec4<i32>(i32(count / 2u));
  let rounded = (sum + select(-half, half, sum > vec4<i32>(0))) / i32(count);
  return packCodes(clamp(rounded, vec4<i32>(AVERAGE_LOW), vec4<i32>(AVERAGE_HIGH)));
}
