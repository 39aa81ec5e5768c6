// From int32 totals to the codes of four output channels:
// y = clamp(requantize(total + bias) + zy, low, high), then what was fused.
// What differs between layers of one shape comes from `parameters`, so that they share a pipeline: first
// (zy, low, high, the input zero point in all four codes), then four vec4 for each quad of channels.
//#import codes
//#import requantize-float
//#import epilogue-none-int8

alias Output = u32;

// The input's zero point is folded into the bias.
struct Channels {
  bias: vec4<i32>,
  multiplier: vec4<i32>,
  shift: vec4<i32>,
  weightZeroPoints: vec4<i32>,
  zeroPoint: i32,
  low: i32,
  high: i32,
}

var<private> paddingWord: Word;

// What a tap outside of the image reads.
fn paddingOf(image: u32) -> Word {
  return paddingWord;
}

fn channelsOf(quad: u32) -> Channels {
  let layer = parameters[0];
  paddingWord = bitcast<u32>(layer.w);
  let first = 1u + quad * 4u;
  return Channels(
    parameters[first], parameters[first + 1u], parameters[first + 2u], parameters[first + 3u],
    layer.x, layer.y, layer.z);
}

// The weights' zero points, to be subtracted from each weight.
fn weightOffsets(channels: Channels) -> Operand {
  return operand(packCodes(channels.weightZeroPoints));
}

fn outputQuad(total: vec4<i32>, channels: Channels, index: u32) -> u32 {
  let scaled = requantize(total + channels.bias, channels.multiplier, channels.shift);
  return finish(clamp(scaled + channels.zeroPoint, vec4<i32>(channels.low), vec4<i32>(channels.high)), index);
}
