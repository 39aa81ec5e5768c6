// From float32 totals to the values of four output channels: y = clamp(total + bias), then what was fused.
//#import epilogue-none-float
alias Output = vec4<f32>;

struct Channels {
  bias: vec4<f32>,
  // Float weights have none; the loops shared with int8 ask for them.
  weightZeroPoints: vec4<f32>,
}

// What a tap outside of the image reads.
fn paddingOf(image: u32) -> Word {
  return Word();
}

fn channelsOf(quad: u32) -> Channels {
  return Channels(parameters[quad], vec4<f32>());
}

// Float weights have no zero points.
fn weightOffsets(channels: Channels) -> Operand {
  return Operand();
}

fn outputQuad(total: vec4<f32>, channels: Channels, index: u32) -> vec4<f32> {
  return finish(total + channels.bias, index);
}
