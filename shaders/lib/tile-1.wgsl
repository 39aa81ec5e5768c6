// One output pixel of one invocation, written out, because not every compiler unrolls loops.
const TILE_PIXELS: u32 = 1;

struct Places {
  p0: Place,
}

struct Taps {
  p0: Tap,
}

struct Words {
  p0: Word,
}

struct TileSums {
  p0: ChannelSums,
}

struct TileTotals {
  p0: vec4<Total>,
}

fn placesFrom(first: u32) -> Places {
  let p0 = placeOf(first);
  return Places(p0);
}

fn tapsOf(places: Places, ky: u32, kx: u32, window: u32) -> Taps {
  return Taps(tapOf(places.p0, ky, kx, window));
}

fn loadWords(taps: Taps, word: u32) -> Words {
  return Words(wordAt(taps.p0, word));
}

fn accumulateTile(sums: ptr<function, TileSums>, words: Words, weights: Weights) {
  (*sums).p0 = accumulate((*sums).p0, operand(words.p0), weights);
}

fn tileTotals(sums: TileSums, zeroPoints: vec4<Total>) -> TileTotals {
  return TileTotals(channelTotals(sums.p0, zeroPoints));
}

fn addTotals(totals: ptr<function, TileTotals>, more: TileTotals) {
  (*totals).p0 += more.p0;
}

fn storeTile(first: u32, quad: u32, channels: Channels, totals: TileTotals) {
  storePixel(first + 0u, quad, channels, totals.p0);
}
