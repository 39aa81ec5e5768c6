// From int32 totals to the codes of four output channels:
// y = clamp(requantize(total + bias) + zy, low, high), then what was fused.
//#import codes
//#import requantize-float
//#import epilogue-none-int8
const ZERO_POINT: i32 = 0;
const LOW: i32 = -128;
const HIGH: i32 = 127;

// The input's zero point is folded into the bias.
struct Channels {
  bias: vec4<i32>,
  multiplier: vec4<i32>,
  shift: vec4<i32>,
  weightZeroPoints: vec4<i32>,
}

fn channelsOf(quad: u32) -> Channels {
  let first = quad * 4u;
  return Channels(parameters[first], parameters[first + 1u], parameters[first + 2u], parameters[first + 3u]);
}

fn outputQuad(total: vec4<i32>, channels: Channels, index: u32) -> u32 {
  let scaled = requantize(total + channels.bias, channels.multiplier, channels.shift);
  return finish(clamp(scaled + ZERO_POINT, vec4<i32>(LOW), vec4<i32>(HIGH)), index);
}
