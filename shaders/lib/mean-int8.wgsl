// Mean of `count` int8 codes from their sum: clamp(requantize(sum − count·zx, sx / (sy·count)) + zy, −128, 127).
//#import values-int8
//#import requantize-float
// count·zx
const MEAN_OFFSET: i32 = 0;
const MEAN_MULTIPLIER: i32 = 0;
const MEAN_SHIFT: i32 = 0;
const MEAN_ZERO_POINT: i32 = 0;

fn finish(sum: vec4<i32>) -> Quad {
  let scaled = requantize(sum - MEAN_OFFSET, vec4<i32>(MEAN_MULTIPLIER), vec4<i32>(MEAN_SHIFT));
  return packCodes(clamp(scaled + MEAN_ZERO_POINT, vec4<i32>(-128), vec4<i32>(127)));
}
