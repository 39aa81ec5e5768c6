// Geometry of a pooling window on an image [BATCH, HEIGHT, WIDTH, channels].
const BATCH: u32 = 1;
const HEIGHT: u32 = 1;
const WIDTH: u32 = 1;
const ROW_QUADS: u32 = 1;
const OUTPUT_HEIGHT: u32 = 1;
const OUTPUT_WIDTH: u32 = 1;
const SIZE_Y: u32 = 1;
const SIZE_X: u32 = 1;
const STRIDE_Y: u32 = 1;
const STRIDE_X: u32 = 1;
const PAD_TOP: u32 = 0;
const PAD_LEFT: u32 = 0;

const X_QUADS: u32 = BATCH * HEIGHT * WIDTH * ROW_QUADS;
const Y_QUADS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH * ROW_QUADS;

struct Window {
  batch: u32,
  // Top left corner; a coordinate in the padding before the image wraps around to a huge number.
  top: u32,
  left: u32,
  quad: u32,
}

fn windowAt(index: u32) -> Window {
  let pixel = index / ROW_QUADS;
  let row = pixel / OUTPUT_WIDTH;
  return Window(
    row / OUTPUT_HEIGHT,
    row % OUTPUT_HEIGHT * STRIDE_Y - PAD_TOP,
    pixel % OUTPUT_WIDTH * STRIDE_X - PAD_LEFT,
    index % ROW_QUADS,
  );
}

fn quadAt(window: Window, y: u32, x: u32) -> u32 {
  return ((window.batch * HEIGHT + y) * WIDTH + x) * ROW_QUADS + window.quad;
}
