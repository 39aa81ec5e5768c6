// Average of codes that were uint8, whose output has the same quantization: sum / count, halves upwards.
//#import values-int8
const AVERAGE_LOW: i32 = -128;
const AVERAGE_HIGH: i32 = 127;

fn average(sum: vec4<i32>, count: u32) -> Quad {
  // In terms of the unsigned codes (int8 + 128) nothing is negative, so the division rounds down.
  let divisor = i32(count);
  let rounded = (sum + (128 * divisor + divisor / 2)) / divisor - 128;
  return packCodes(clamp(rounded, vec4<i32>(AVERAGE_LOW), vec4<i32>(AVERAGE_HIGH)));
}
