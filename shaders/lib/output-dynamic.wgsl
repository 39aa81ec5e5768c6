// From int32 totals to the values of four output channels, where the input was quantized at run time:
// y = clamp((total − zx · Σ(w − zw)) · sx · sw + bias). Each of RANGES ranges of the input, and with it RANGE_QUADS quads of the
// output, has its own (sx, its inverse, zx). `parameters` holds per quad of channels four vec4 of 32 bits: the float32 bias,
// sw, the integers Σ(w − zw) and zw.
//#import codes
//#import clamp-float
alias Output = vec4<f32>;

const RANGES: u32 = 1;
const RANGE_QUADS: u32 = 1;

@group(0) @binding(5) var<storage, read> scales: array<vec4<f32>, RANGES>;

struct Channels {
  bias: vec4<f32>,
  scale: vec4<f32>,
  weightSums: vec4<i32>,
  weightZeroPoints: vec4<i32>,
}

// What a tap outside of the image reads: the image's zero point.
fn paddingOf(image: u32) -> Word {
  return (u32(i32(scales[min(image, RANGES - 1u)].z)) & 0xffu) * 0x01010101u;
}

fn channelsOf(quad: u32) -> Channels {
  let first = quad * 4u;
  return Channels(
    bitcast<vec4<f32>>(parameters[first]), bitcast<vec4<f32>>(parameters[first + 1u]),
    parameters[first + 2u], parameters[first + 3u]);
}

// The weights' zero points, to be subtracted from each weight.
fn weightOffsets(channels: Channels) -> Operand {
  return operand(packCodes(channels.weightZeroPoints));
}

fn outputQuad(total: vec4<i32>, channels: Channels, index: u32) -> vec4<f32> {
  let scale = scales[index / RANGE_QUADS];
  let sum = total - i32(scale.z) * channels.weightSums;
  return clampValues(vec4<f32>(sum) * (scale.x * channels.scale) + channels.bias);
}
