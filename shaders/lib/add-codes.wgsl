// y = clamp(roundTiesEven(((a − za)·Ma + (b − zb)·Mb) / 2^s) + zy, low, high), all in int32.
// The host chooses s (at least 1) so that the sum stays below 2³⁰.
const ADD_A_ZERO_POINT: i32 = 0;
const ADD_B_ZERO_POINT: i32 = 0;
const ADD_ZERO_POINT: i32 = 0;
const ADD_A_MULTIPLIER: i32 = 2;
const ADD_B_MULTIPLIER: i32 = 2;
const ADD_SHIFT: u32 = 1;
const ADD_LOW: i32 = -128;
const ADD_HIGH: i32 = 127;

fn addCodes(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let sum = (a - ADD_A_ZERO_POINT) * ADD_A_MULTIPLIER + (b - ADD_B_ZERO_POINT) * ADD_B_MULTIPLIER;
  // Halves to even: the half is completed only when the quotient is odd.
  let odd = (sum >> vec4<u32>(ADD_SHIFT)) & vec4<i32>(1);
  let rounded = (sum + ((1i << (ADD_SHIFT - 1u)) - 1i) + odd) >> vec4<u32>(ADD_SHIFT);
  return clamp(rounded + ADD_ZERO_POINT, vec4<i32>(ADD_LOW), vec4<i32>(ADD_HIGH));
}
