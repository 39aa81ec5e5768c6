// One of two codes, each of its own quantization: clamp(requantize(q − zx) + zy, −128, 127).
//#import codes
//#import requantize-float
const A_ZERO_POINT: i32 = 0;
const A_MULTIPLIER: i32 = 1065353216;
const A_SHIFT: i32 = 0;
const B_ZERO_POINT: i32 = 0;
const B_MULTIPLIER: i32 = 1065353216;
const B_SHIFT: i32 = 0;
const ZERO_POINT: i32 = 0;

fn choose(a: vec4<i32>, b: vec4<i32>, isFirst: vec4<bool>) -> u32 {
  let multiplier = select(vec4<i32>(B_MULTIPLIER), vec4<i32>(A_MULTIPLIER), isFirst);
  let shift = select(vec4<i32>(B_SHIFT), vec4<i32>(A_SHIFT), isFirst);
  let scaled = requantize(select(b - B_ZERO_POINT, a - A_ZERO_POINT, isFirst), multiplier, shift);
  return packCodes(clamp(scaled + ZERO_POINT, vec4<i32>(-128), vec4<i32>(127)));
}
