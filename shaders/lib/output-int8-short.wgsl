// From totals of engine-f32-short to the codes of four output channels:
// y = clamp(round((total + bias) · multiplier) + zy, low, high), then what was fused.
// The host knows that the product stays within ±2²², so no float is clamped. `parameters` is as in output-int8, but holds
// the bits of float32 for bias (times 2⁴⁸), multiplier (divided by 2⁴⁸) and weight zero points, and no shift.
//#import codes
//#import epilogue-none-int8

alias Output = u32;

struct Channels {
  bias: vec4<f32>,
  multiplier: vec4<f32>,
  weightZeroPoints: vec4<f32>,
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
    bitcast<vec4<f32>>(parameters[first]), bitcast<vec4<f32>>(parameters[first + 1u]),
    bitcast<vec4<f32>>(parameters[first + 3u]), layer.x, layer.y, layer.z);
}

// The weights' zero points, to be subtracted from each weight.
fn weightOffsets(channels: Channels) -> Operand {
  return channels.weightZeroPoints * 0x1p24f;
}

fn outputQuad(total: vec4<f32>, channels: Channels, index: u32) -> u32 {
  let scaled = round((total + channels.bias) * channels.multiplier);
  // An integer within ±2²² added to 1.5 · 2²³ stands in the low bits of the sum; a conversion would test its range.
  let rounded = bitcast<vec4<i32>>(scaled + vec4<f32>(12582912.0)) - 0x4b400000;
  return finish(clamp(rounded + channels.zeroPoint, vec4<i32>(channels.low), vec4<i32>(channels.high)), index);
}
