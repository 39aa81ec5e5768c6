// Reduced int8 codes as a code of the output: clamp(requantize(total − offset) + zy, −128, 127).
//#import codes
//#import requantize-float
// As many zero points as codes were added.
const OFFSET: i32 = 0;
const MULTIPLIER: i32 = 0;
const SHIFT: i32 = 0;
const ZERO_POINT: i32 = 0;

fn finish(total: vec4<i32>) -> u32 {
  let scaled = requantize(total - OFFSET, vec4<i32>(MULTIPLIER), vec4<i32>(SHIFT));
  return packCodes(clamp(scaled + ZERO_POINT, vec4<i32>(-128), vec4<i32>(127)));
}
