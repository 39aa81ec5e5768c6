// From float32 totals of products with codes to the values of four output channels: y = clamp(total · scale + bias), then what
// was fused.
//#import epilogue-none-float
alias Output = vec4<f32>;

struct Channels {
  bias: vec4<f32>,
  scale: vec4<f32>,
  // The loops shared with int8 ask for them.
  weightZeroPoints: vec4<f32>,
}

// What a tap outside of the image reads.
fn paddingOf(image: u32) -> Word {
  return Word();
}

fn channelsOf(quad: u32) -> Channels {
  return Channels(parameters[quad * 2u], parameters[quad * 2u + 1u], vec4<f32>());
}

// Codes without zero points.
fn weightOffsets(channels: Channels) -> Operand {
  return Operand();
}

fn outputQuad(total: vec4<f32>, channels: Channels, index: u32) -> vec4<f32> {
  return finish(total * channels.scale + channels.bias, index);
}
