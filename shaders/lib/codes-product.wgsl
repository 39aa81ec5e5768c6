// The product of two numbers in codes: y = clamp(requantize((a − za)·(b − zb)) + zy, low, high).
//#import requantize-float
const A_ZERO_POINT: i32 = 0;
const B_ZERO_POINT: i32 = 0;
const ZERO_POINT: i32 = 0;
const MULTIPLIER: i32 = 0;
const SHIFT: i32 = 0;
const LOW: i32 = -128;
const HIGH: i32 = 127;

fn combineCodes(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let product = (a - A_ZERO_POINT) * (b - B_ZERO_POINT);
  return clamp(requantize(product, vec4<i32>(MULTIPLIER), vec4<i32>(SHIFT)) + ZERO_POINT, vec4<i32>(LOW), vec4<i32>(HIGH));
}
