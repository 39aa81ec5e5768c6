// Where a convolution stores its results: in order.
fn storePixel(pixel: u32, quad: u32, channels: Channels, total: vec4<Total>) {
  if (quad < OUT_QUADS && pixel < BATCH * OUT_HEIGHT * OUT_WIDTH) {
    let index = pixel * OUT_QUADS + quad;
    y[index] = outputQuad(total, channels, index);
  }
}
