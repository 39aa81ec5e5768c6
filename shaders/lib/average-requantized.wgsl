// Average of int8 codes whose output has another quantization:
// clamp(requantize(sum − count·zx, sx / (sy·count)) + zy, low, high), the multiplier looked up by count.
//#import values-int8
//#import requantize-float
const AVERAGE_INPUT_ZERO_POINT: i32 = 0;
const AVERAGE_ZERO_POINT: i32 = 0;
const AVERAGE_LOW: i32 = -128;
const AVERAGE_HIGH: i32 = 127;
const LARGEST_COUNT: u32 = 1;

// Multiplier and shift by count, from 0 (unused).
@group(0) @binding(3) var<storage, read> multipliers: array<vec2<i32>, LARGEST_COUNT + 1u>;

fn average(sum: vec4<i32>, count: u32) -> Quad {
  let multiplier = multipliers[count];
  let centered = sum - i32(count) * AVERAGE_INPUT_ZERO_POINT;
  let scaled = requantize(centered, vec4<i32>(multiplier.x), vec4<i32>(multiplier.y));
  return packCodes(clamp(scaled + AVERAGE_ZERO_POINT, vec4<i32>(AVERAGE_LOW), vec4<i32>(AVERAGE_HIGH)));
}
