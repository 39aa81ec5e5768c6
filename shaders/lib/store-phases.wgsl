// Where a transposed convolution stores its results. The convolution that computes it has PHASES_Y · PHASES_X times the
// output channels: at each pixel of a grid all the pixels of a block, quads of one after those of another. The output is
// the blocks side by side, without what lies before its first pixel and after its last.
const GRID_HEIGHT: u32 = 1;
const GRID_WIDTH: u32 = 1;
const PHASES_Y: u32 = 1;
const PHASES_X: u32 = 1;
const PHASE_QUADS: u32 = 1;
// Of the output, and where in the first block it begins.
const Y_HEIGHT: u32 = 1;
const Y_WIDTH: u32 = 1;
const FIRST_ROW: u32 = 0;
const FIRST_COLUMN: u32 = 0;

fn storePixel(pixel: u32, quad: u32, channels: Channels, total: vec4<Total>) {
  let line = pixel / GRID_WIDTH;
  let phase = quad / PHASE_QUADS;
  // What lies before the first wraps around to large numbers.
  let row = line % GRID_HEIGHT * PHASES_Y + phase / PHASES_X - FIRST_ROW;
  let column = pixel % GRID_WIDTH * PHASES_X + phase % PHASES_X - FIRST_COLUMN;
  let isInside = row < Y_HEIGHT && column < Y_WIDTH;
  if (isInside && quad < OUT_QUADS && pixel < BATCH * OUT_HEIGHT * OUT_WIDTH) {
    let index = ((line / GRID_HEIGHT * Y_HEIGHT + row) * Y_WIDTH + column) * PHASE_QUADS + quad % PHASE_QUADS;
    y[index] = outputQuad(total, channels, index);
  }
}
