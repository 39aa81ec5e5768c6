// Joined int8 inputs of several quantizations: clamp(requantize(q − zx) + zy, low, high), with each input's parameters.
//#import codes
//#import requantize-float
const INPUT_ZERO_POINT_0: i32 = 0;
const INPUT_ZERO_POINT_1: i32 = 0;
const INPUT_ZERO_POINT_2: i32 = 0;
const INPUT_ZERO_POINT_3: i32 = 0;
const INPUT_ZERO_POINT_4: i32 = 0;
const INPUT_ZERO_POINT_5: i32 = 0;
const INPUT_ZERO_POINT_6: i32 = 0;
const MULTIPLIER_0: i32 = 0;
const MULTIPLIER_1: i32 = 0;
const MULTIPLIER_2: i32 = 0;
const MULTIPLIER_3: i32 = 0;
const MULTIPLIER_4: i32 = 0;
const MULTIPLIER_5: i32 = 0;
const MULTIPLIER_6: i32 = 0;
const SHIFT_0: i32 = 0;
const SHIFT_1: i32 = 0;
const SHIFT_2: i32 = 0;
const SHIFT_3: i32 = 0;
const SHIFT_4: i32 = 0;
const SHIFT_5: i32 = 0;
const SHIFT_6: i32 = 0;
const ZERO_POINT: i32 = 0;
const LOW: i32 = -128;
const HIGH: i32 = 127;

const INPUT_ZERO_POINTS = array<i32, 7>(
  INPUT_ZERO_POINT_0, INPUT_ZERO_POINT_1, INPUT_ZERO_POINT_2, INPUT_ZERO_POINT_3,
  INPUT_ZERO_POINT_4, INPUT_ZERO_POINT_5, INPUT_ZERO_POINT_6,
);
const MULTIPLIERS = array<i32, 7>(
  MULTIPLIER_0, MULTIPLIER_1, MULTIPLIER_2, MULTIPLIER_3, MULTIPLIER_4, MULTIPLIER_5, MULTIPLIER_6,
);
const SHIFTS = array<i32, 7>(SHIFT_0, SHIFT_1, SHIFT_2, SHIFT_3, SHIFT_4, SHIFT_5, SHIFT_6);

fn convert(quad: Quad, input: u32) -> Quad {
  let centered = unpackCodes(quad) - INPUT_ZERO_POINTS[input];
  let scaled = requantize(centered, vec4<i32>(MULTIPLIERS[input]), vec4<i32>(SHIFTS[input]));
  return packCodes(clamp(scaled + ZERO_POINT, vec4<i32>(LOW), vec4<i32>(HIGH)));
}
