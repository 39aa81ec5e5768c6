// The loops of a convolution, the same for every number type, engine and tile:
// total[pixel, o] = Σ over taps (ky, kx) and channels c of x[pixel's tap, c] · w[o, ky, kx, c].
// One invocation computes one quad of output channels for TILE_PIXELS consecutive output pixels. Adjacent invocations
// take adjacent quads, so that they read adjacent weights and the same activations.
// A quad of output channels reads WINDOW words of each tap, from the first word of its group of channels.
//#import linear-index
//#import channel-sums-symmetric
//#import tile-1
const BATCH: u32 = 1;
const IN_HEIGHT: u32 = 1;
const IN_WIDTH: u32 = 1;
const IN_QUADS: u32 = 1;
const OUT_HEIGHT: u32 = 1;
const OUT_WIDTH: u32 = 1;
const OUT_QUADS: u32 = 1;
// OUT_QUADS, or more where invocations work in fours; the weights are padded to it.
const LANES: u32 = 1;
const KERNEL_HEIGHT: u32 = 1;
const KERNEL_WIDTH: u32 = 1;
const STRIDE_Y: i32 = 1;
const STRIDE_X: i32 = 1;
const DILATION_Y: i32 = 1;
const DILATION_X: i32 = 1;
const PADDING_TOP: i32 = 0;
const PADDING_LEFT: i32 = 0;
// 1 when a tap can lie outside of the image.
const IS_PADDED: u32 = 0;
const GROUP_IN: u32 = 1;
const GROUP_OUT: u32 = 1;
const WINDOW: u32 = 1;
// WINDOW = CHUNKS · CHUNK_STEPS · STEP_WORDS + TAIL_WORDS.
const CHUNKS: u32 = 1;
const CHUNK_STEPS: u32 = 1;
const TAIL_WORDS: u32 = 0;
// How often sums go to totals: 0 at the end, 1 after each tap, 2 after each chunk as well.
const FLUSH: u32 = 0;

// An output pixel: where its first tap lies, and that tap's row of the input.
struct Place {
  y: i32,
  x: i32,
  row: i32,
}

// A tap of a pixel: where its channels start in the input.
struct Tap {
  offset: u32,
  isInside: bool,
}

fn placeOf(pixel: u32) -> Place {
  // Pixels after the last repeat it; they are not stored.
  let number = min(pixel, BATCH * OUT_HEIGHT * OUT_WIDTH - 1u);
  let row = number / OUT_WIDTH;
  let y = i32(row % OUT_HEIGHT) * STRIDE_Y - PADDING_TOP;
  let x = i32(number % OUT_WIDTH) * STRIDE_X - PADDING_LEFT;
  return Place(y, x, (i32(row / OUT_HEIGHT * IN_HEIGHT) + y) * i32(IN_WIDTH) + x);
}

fn tapOf(place: Place, ky: u32, kx: u32) -> Tap {
  let dy = i32(ky) * DILATION_Y;
  let dx = i32(kx) * DILATION_X;
  // Negative coordinates become large unsigned ones.
  let isInside = IS_PADDED == 0u || (u32(place.y + dy) < IN_HEIGHT && u32(place.x + dx) < IN_WIDTH);
  return Tap(select(0u, u32(place.row + dy * i32(IN_WIDTH) + dx) * IN_QUADS, isInside), isInside);
}

fn wordAt(tap: Tap, word: u32) -> Word {
  return select(PADDING_WORD, x[tap.offset + word], tap.isInside);
}

fn weightsAt(step: u32, quad: u32) -> Weights {
  let first = step * 4u * LANES + quad;
  return Weights(
    operand(weights[first]), operand(weights[first + LANES]),
    operand(weights[first + 2u * LANES]), operand(weights[first + 3u * LANES]));
}

fn convolve(index: u32) {
  let quad = index % LANES;
  let first = index / LANES * TILE_PIXELS;
  let places = placesOf(first);
  let channels = channelsOf(quad);
  let window = min(quad * 4u / GROUP_OUT * GROUP_IN / 4u, IN_QUADS - WINDOW);
  var totals: TileTotals;
  var sums: TileSums;
  for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) {
    for (var kx = 0u; kx < KERNEL_WIDTH; kx++) {
      let taps = tapsOf(places, ky, kx);
      let tapStep = (ky * KERNEL_WIDTH + kx) * WINDOW;
      for (var chunk = 0u; chunk < CHUNKS; chunk++) {
        for (var step = 0u; step < CHUNK_STEPS; step++) {
          let word = (chunk * CHUNK_STEPS + step) * STEP_WORDS;
          accumulateStep(&sums, taps, window + word, tapStep + word, quad);
        }
        if (FLUSH == 2u) {
          flushTile(&totals, &sums, channels.weightZeroPoints);
        }
      }
      for (var tail = 0u; tail < TAIL_WORDS; tail++) {
        let word = CHUNKS * CHUNK_STEPS * STEP_WORDS + tail;
        accumulateTile(&sums, loadWords(taps, window + word), weightsAt(tapStep + word, quad));
      }
      if (FLUSH != 0u) {
        flushTile(&totals, &sums, channels.weightZeroPoints);
      }
    }
  }
  flushTile(&totals, &sums, channels.weightZeroPoints);
  storeTile(first, quad, channels, totals);
}
