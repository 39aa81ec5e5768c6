// A number in codes, times a slope where it is negative: clamp(requantize(a − za) + zy, low, high) and
// clamp(requantize((a − za)·(b − zb)) + zy, low, high).
//#import requantize-float
const A_ZERO_POINT: i32 = 0;
const B_ZERO_POINT: i32 = 0;
const ZERO_POINT: i32 = 0;
const MULTIPLIER: i32 = 0;
const SHIFT: i32 = 0;
const POSITIVE_MULTIPLIER: i32 = 0;
const POSITIVE_SHIFT: i32 = 0;
const LOW: i32 = -128;
const HIGH: i32 = 127;

fn combineCodes(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let value = a - A_ZERO_POINT;
  let isPositive = value >= vec4<i32>(0);
  let multiplier = select(vec4<i32>(MULTIPLIER), vec4<i32>(POSITIVE_MULTIPLIER), isPositive);
  let shift = select(vec4<i32>(SHIFT), vec4<i32>(POSITIVE_SHIFT), isPositive);
  let scaled = requantize(select(value * (b - B_ZERO_POINT), value, isPositive), multiplier, shift);
  return clamp(scaled + ZERO_POINT, vec4<i32>(LOW), vec4<i32>(HIGH));
}
