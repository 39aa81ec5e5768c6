// Codes of one quantization to codes of another: y = clamp(requantize(q − zx) + zy, low, high).
//#import requantize-float
const RECODE_INPUT_ZERO_POINT: i32 = 0;
const RECODE_MULTIPLIER: i32 = 1065353216;
const RECODE_SHIFT: i32 = 0;
const RECODE_ZERO_POINT: i32 = 0;
const RECODE_LOW: i32 = -128;
const RECODE_HIGH: i32 = 127;

fn recode(codes: vec4<i32>) -> vec4<i32> {
  let scaled = requantize(codes - RECODE_INPUT_ZERO_POINT, vec4<i32>(RECODE_MULTIPLIER), vec4<i32>(RECODE_SHIFT));
  return clamp(scaled + RECODE_ZERO_POINT, vec4<i32>(RECODE_LOW), vec4<i32>(RECODE_HIGH));
}
