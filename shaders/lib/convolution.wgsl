// The loops of a convolution, the same for every number type, engine and tile:
// total[pixel, o] = Σ over taps (ky, kx) and channels c of x[pixel's tap, c] · w[o, ky, kx, c].
// One invocation computes one quad of output channels for TILE_PIXELS consecutive output pixels. Adjacent invocations
// take adjacent quads, so that they read adjacent weights and the same activations.
// A quad of output channels reads WINDOW words of each tap, from the first word of its group of channels.
//#import linear-index
//#import weights-plain
//#import channel-sums-symmetric
//#import pixels-window
//#import tile-1
//#import reduce-chunks
//#import store-pixels
const BATCH: u32 = 1;
const IN_QUADS: u32 = 1;
const OUT_HEIGHT: u32 = 1;
const OUT_WIDTH: u32 = 1;
const OUT_QUADS: u32 = 1;
// OUT_QUADS, or more where invocations work in fours; the weights are padded to it.
const LANES: u32 = 1;
const GROUP_IN: u32 = 1;
const GROUP_OUT: u32 = 1;
const WINDOW: u32 = 1;
// Words after the window repeat its last, so that no tap reads another's.
fn tapWord(word: u32) -> u32 {
  return min(word, WINDOW - 1u);
}

fn weightsAt(step: u32, quad: u32) -> Weights {
  let first = step * 4u * LANES + quad;
  return Weights(
    weightOperand(weights[first]), weightOperand(weights[first + LANES]),
    weightOperand(weights[first + 2u * LANES]), weightOperand(weights[first + 3u * LANES]));
}

fn convolve(index: u32) {
  let quad = index % LANES;
  let first = index / LANES * TILE_PIXELS;
  let places = placesFrom(first);
  let channels = channelsOf(quad);
  let window = min(quad * 4u / GROUP_OUT * GROUP_IN / 4u, IN_QUADS - WINDOW);
  let totals = reduceTile(places, quad, window, channels.weightZeroPoints);
  storeTile(first, quad, channels, totals);
}
