// The loops of a depthwise convolution with one output channel for each input channel, the same for every number type:
// total[pixel, c] = Σ over taps (ky, kx) of x[pixel's tap, c] · w[ky, kx, c].
// One invocation computes one quad of channels for four output pixels side by side; adjacent invocations take adjacent
// quads. Kernel rows are walked by rows-any or rows-3, the
// taps of a row by row-any, row-3-stride-1 or row-3-stride-2.
//#import linear-index
//#import weights-plain
//#import rows-any
//#import row-any
const BATCH: u32 = 1;
const IN_HEIGHT: u32 = 1;
const IN_WIDTH: u32 = 1;
const OUT_HEIGHT: u32 = 1;
const OUT_WIDTH: u32 = 1;
const QUADS: u32 = 1;
const KERNEL_WIDTH: u32 = 1;
const STRIDE_Y: i32 = 1;
const STRIDE_X: i32 = 1;
const DILATION_Y: i32 = 1;
const DILATION_X: i32 = 1;
const PADDING_TOP: i32 = 0;
const PADDING_LEFT: i32 = 0;
// Output pixels of an invocation; RowSums has as many.
const ROW_PIXELS: u32 = 4;

alias LaneSums = vec4<Sum>;

struct RowSums {
  p0: LaneSums,
  p1: LaneSums,
  p2: LaneSums,
  p3: LaneSums,
}

// A line of the input as one invocation sees it: its first pixel's number, and the column of the first tap.
struct Line {
  first: u32,
  column: i32,
  quad: u32,
  isInside: bool,
  // What a tap outside of the image reads.
  padding: Word,
}

// Where the taps of an invocation lie: first line of its image, row and column of the first tap.
struct Position {
  image: u32,
  row: i32,
  column: i32,
  quad: u32,
}

fn lineAt(position: Position, ky: u32) -> Line {
  let row = position.row + i32(ky) * DILATION_Y;
  return Line(
    (position.image + u32(row)) * IN_WIDTH, position.column, position.quad, u32(row) < IN_HEIGHT,
    paddingOf(position.image / IN_HEIGHT));
}

fn accumulateLine(sums: ptr<function, RowSums>, position: Position, ky: u32, offsets: Operand) {
  accumulateRow(sums, lineAt(position, ky), ky * KERNEL_WIDTH * QUADS + position.quad, offsets);
}

fn operandAt(line: Line, offset: i32) -> Operand {
  let column = line.column + offset;
  // A negative column becomes a large unsigned one.
  let isInside = line.isInside && u32(column) < IN_WIDTH;
  let index = select(0u, (line.first + u32(column)) * QUADS + line.quad, isInside);
  return operand(select(line.padding, x[index], isInside));
}

fn lanesTotal(sums: LaneSums) -> vec4<Total> {
  return vec4<Total>(sumToTotal(sums.x), sumToTotal(sums.y), sumToTotal(sums.z), sumToTotal(sums.w));
}

fn convolveDepthwise(index: u32) {
  let tilesX = (OUT_WIDTH + ROW_PIXELS - 1u) / ROW_PIXELS;
  if (index >= BATCH * OUT_HEIGHT * tilesX * QUADS) {
    return;
  }
  let quad = index % QUADS;
  let tile = index / QUADS;
  let outX = tile % tilesX * ROW_PIXELS;
  let outRow = tile / tilesX;
  let channels = channelsOf(quad);
  let offsets = weightOffsets(channels);
  let top = i32(outRow % OUT_HEIGHT) * STRIDE_Y - PADDING_TOP;
  let column = i32(outX) * STRIDE_X - PADDING_LEFT;
  var sums: RowSums;
  accumulateRows(&sums, Position(outRow / OUT_HEIGHT * IN_HEIGHT, top, column, quad), offsets);
  let pixel = outRow * OUT_WIDTH + outX;
  storeLanes(pixel, quad, outX, channels, lanesTotal(sums.p0));
  storeLanes(pixel + 1u, quad, outX + 1u, channels, lanesTotal(sums.p1));
  storeLanes(pixel + 2u, quad, outX + 2u, channels, lanesTotal(sums.p2));
  storeLanes(pixel + 3u, quad, outX + 3u, channels, lanesTotal(sums.p3));
}

fn storeLanes(pixel: u32, quad: u32, outX: u32, channels: Channels, total: vec4<Total>) {
  if (outX < OUT_WIDTH) {
    let index = pixel * QUADS + quad;
    y[index] = outputQuad(total, channels, index);
  }
}
