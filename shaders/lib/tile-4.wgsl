// Four output pixels of one invocation, written out, because not every compiler unrolls loops.
const TILE_PIXELS: u32 = 4;

struct Places {
  p0: Place,
  p1: Place,
  p2: Place,
  p3: Place,
}

struct Taps {
  p0: Tap,
  p1: Tap,
  p2: Tap,
  p3: Tap,
}

struct Words {
  p0: Word,
  p1: Word,
  p2: Word,
  p3: Word,
}

struct TileSums {
  p0: ChannelSums,
  p1: ChannelSums,
  p2: ChannelSums,
  p3: ChannelSums,
}

struct TileTotals {
  p0: vec4<Total>,
  p1: vec4<Total>,
  p2: vec4<Total>,
  p3: vec4<Total>,
}

fn placesFrom(first: u32) -> Places {
  let p0 = placeOf(first);
  let p1 = placeAfter(p0);
  let p2 = placeAfter(p1);
  let p3 = placeAfter(p2);
  return Places(p0, p1, p2, p3);
}

fn tapsOf(places: Places, ky: u32, kx: u32, window: u32) -> Taps {
  return Taps(tapOf(places.p0, ky, kx, window), tapOf(places.p1, ky, kx, window), tapOf(places.p2, ky, kx, window), tapOf(places.p3, ky, kx, window));
}

fn loadWords(taps: Taps, word: u32) -> Words {
  return Words(wordAt(taps.p0, word), wordAt(taps.p1, word), wordAt(taps.p2, word), wordAt(taps.p3, word));
}

fn accumulateTile(sums: ptr<function, TileSums>, words: Words, weights: Weights) {
  (*sums).p0 = accumulate((*sums).p0, operand(words.p0), weights);
  (*sums).p1 = accumulate((*sums).p1, operand(words.p1), weights);
  (*sums).p2 = accumulate((*sums).p2, operand(words.p2), weights);
  (*sums).p3 = accumulate((*sums).p3, operand(words.p3), weights);
}

fn tileTotals(sums: TileSums, zeroPoints: vec4<Total>) -> TileTotals {
  return TileTotals(channelTotals(sums.p0, zeroPoints), channelTotals(sums.p1, zeroPoints), channelTotals(sums.p2, zeroPoints), channelTotals(sums.p3, zeroPoints));
}

fn addTotals(totals: ptr<function, TileTotals>, more: TileTotals) {
  (*totals).p0 += more.p0;
  (*totals).p1 += more.p1;
  (*totals).p2 += more.p2;
  (*totals).p3 += more.p3;
}

fn storeTile(first: u32, quad: u32, channels: Channels, totals: TileTotals) {
  storePixel(first + 0u, quad, channels, totals.p0);
  storePixel(first + 1u, quad, channels, totals.p1);
  storePixel(first + 2u, quad, channels, totals.p2);
  storePixel(first + 3u, quad, channels, totals.p3);
}
