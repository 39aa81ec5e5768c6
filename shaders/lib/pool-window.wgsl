// Geometry of a pooling window on an image [BATCH, HEIGHT, WIDTH, channels].
const BATCH: u32 = 1;
const HEIGHT: u32 = 1;
const WIDTH: u32 = 1;
const ROW_QUADS: u32 = 1;
const OUTPUT_HEIGHT: u32 = 1;
const OUTPUT_WIDTH: u32 = 1;
const SIZE_Y: u32 = 1;
const SIZE_X: u32 = 1;
// The most rows and columns of the image under one window.
const REACH_Y: u32 = 1;
const REACH_X: u32 = 1;
const STRIDE_Y: u32 = 1;
const STRIDE_X: u32 = 1;
const PAD_TOP: u32 = 0;
const PAD_LEFT: u32 = 0;

const X_QUADS: u32 = BATCH * HEIGHT * WIDTH * ROW_QUADS;
const Y_QUADS: u32 = BATCH * OUTPUT_HEIGHT * OUTPUT_WIDTH * ROW_QUADS;

// What of the image is under a window: rows from top to before bottom, columns from left to before right.
struct Window {
  batch: u32,
  top: u32,
  left: u32,
  bottom: u32,
  right: u32,
  quad: u32,
}

fn windowAt(index: u32) -> Window {
  let pixel = index / ROW_QUADS;
  let row = pixel / OUTPUT_WIDTH;
  // From the padding's corner.
  let y = row % OUTPUT_HEIGHT * STRIDE_Y;
  let x = pixel % OUTPUT_WIDTH * STRIDE_X;
  return Window(
    row / OUTPUT_HEIGHT,
    max(y, PAD_TOP) - PAD_TOP,
    max(x, PAD_LEFT) - PAD_LEFT,
    min(y + SIZE_Y - PAD_TOP, HEIGHT),
    min(x + SIZE_X - PAD_LEFT, WIDTH),
    index % ROW_QUADS,
  );
}

fn quadAt(window: Window, y: u32, x: u32) -> u32 {
  return ((window.batch * HEIGHT + y) * WIDTH + x) * ROW_QUADS + window.quad;
}
