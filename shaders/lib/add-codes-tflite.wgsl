// TFLite's reference add, with either rounding of its multiplications: both inputs shifted left by 20 and scaled by
// scale / (2 · larger scale), their sum scaled by 2 · larger scale / (2²⁰ · output scale), plus zy, clamped.
//#import requantize-float
const ADD_A_ZERO_POINT: i32 = 0;
const ADD_B_ZERO_POINT: i32 = 0;
const ADD_ZERO_POINT: i32 = 0;
const ADD_A_MULTIPLIER: i32 = 1073741824;
const ADD_A_SHIFT: i32 = 0;
const ADD_B_MULTIPLIER: i32 = 1073741824;
const ADD_B_SHIFT: i32 = 0;
const ADD_MULTIPLIER: i32 = 1073741824;
const ADD_SHIFT: i32 = -18;
const ADD_LOW: i32 = -128;
const ADD_HIGH: i32 = 127;

fn addCodes(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let shiftedA = (a - ADD_A_ZERO_POINT) << vec4<u32>(20u);
  let shiftedB = (b - ADD_B_ZERO_POINT) << vec4<u32>(20u);
  let sum = requantize(shiftedA, vec4<i32>(ADD_A_MULTIPLIER), vec4<i32>(ADD_A_SHIFT))
    + requantize(shiftedB, vec4<i32>(ADD_B_MULTIPLIER), vec4<i32>(ADD_B_SHIFT));
  let scaled = requantize(sum, vec4<i32>(ADD_MULTIPLIER), vec4<i32>(ADD_SHIFT));
  return clamp(scaled + ADD_ZERO_POINT, vec4<i32>(ADD_LOW), vec4<i32>(ADD_HIGH));
}
