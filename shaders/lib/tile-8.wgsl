// Eight output pixels of one invocation, written out, because not every compiler unrolls loops.
const TILE_PIXELS: u32 = 8;

struct Places {
  p0: Place,
  p1: Place,
  p2: Place,
  p3: Place,
  p4: Place,
  p5: Place,
  p6: Place,
  p7: Place,
}

struct Taps {
  p0: Tap,
  p1: Tap,
  p2: Tap,
  p3: Tap,
  p4: Tap,
  p5: Tap,
  p6: Tap,
  p7: Tap,
}

struct Words {
  p0: Word,
  p1: Word,
  p2: Word,
  p3: Word,
  p4: Word,
  p5: Word,
  p6: Word,
  p7: Word,
}

struct TileSums {
  p0: ChannelSums,
  p1: ChannelSums,
  p2: ChannelSums,
  p3: ChannelSums,
  p4: ChannelSums,
  p5: ChannelSums,
  p6: ChannelSums,
  p7: ChannelSums,
}

struct TileTotals {
  p0: vec4<Total>,
  p1: vec4<Total>,
  p2: vec4<Total>,
  p3: vec4<Total>,
  p4: vec4<Total>,
  p5: vec4<Total>,
  p6: vec4<Total>,
  p7: vec4<Total>,
}

fn placesFrom(first: u32) -> Places {
  let p0 = placeOf(first);
  let p1 = placeAfter(p0);
  let p2 = placeAfter(p1);
  let p3 = placeAfter(p2);
  let p4 = placeAfter(p3);
  let p5 = placeAfter(p4);
  let p6 = placeAfter(p5);
  let p7 = placeAfter(p6);
  return Places(p0, p1, p2, p3, p4, p5, p6, p7);
}

fn tapsOf(places: Places, ky: u32, kx: u32, window: u32) -> Taps {
  return Taps(tapOf(places.p0, ky, kx, window), tapOf(places.p1, ky, kx, window), tapOf(places.p2, ky, kx, window), tapOf(places.p3, ky, kx, window), tapOf(places.p4, ky, kx, window), tapOf(places.p5, ky, kx, window), tapOf(places.p6, ky, kx, window), tapOf(places.p7, ky, kx, window));
}

fn loadWords(taps: Taps, word: u32) -> Words {
  return Words(wordAt(taps.p0, word), wordAt(taps.p1, word), wordAt(taps.p2, word), wordAt(taps.p3, word), wordAt(taps.p4, word), wordAt(taps.p5, word), wordAt(taps.p6, word), wordAt(taps.p7, word));
}

fn accumulateTile(sums: ptr<function, TileSums>, words: Words, weights: Weights) {
  (*sums).p0 = accumulate((*sums).p0, operand(words.p0), weights);
  (*sums).p1 = accumulate((*sums).p1, operand(words.p1), weights);
  (*sums).p2 = accumulate((*sums).p2, operand(words.p2), weights);
  (*sums).p3 = accumulate((*sums).p3, operand(words.p3), weights);
  (*sums).p4 = accumulate((*sums).p4, operand(words.p4), weights);
  (*sums).p5 = accumulate((*sums).p5, operand(words.p5), weights);
  (*sums).p6 = accumulate((*sums).p6, operand(words.p6), weights);
  (*sums).p7 = accumulate((*sums).p7, operand(words.p7), weights);
}

fn tileTotals(sums: TileSums, zeroPoints: vec4<Total>) -> TileTotals {
  return TileTotals(channelTotals(sums.p0, zeroPoints), channelTotals(sums.p1, zeroPoints), channelTotals(sums.p2, zeroPoints), channelTotals(sums.p3, zeroPoints), channelTotals(sums.p4, zeroPoints), channelTotals(sums.p5, zeroPoints), channelTotals(sums.p6, zeroPoints), channelTotals(sums.p7, zeroPoints));
}

fn addTotals(totals: ptr<function, TileTotals>, more: TileTotals) {
  (*totals).p0 += more.p0;
  (*totals).p1 += more.p1;
  (*totals).p2 += more.p2;
  (*totals).p3 += more.p3;
  (*totals).p4 += more.p4;
  (*totals).p5 += more.p5;
  (*totals).p6 += more.p6;
  (*totals).p7 += more.p7;
}

fn storeTile(first: u32, quad: u32, channels: Channels, totals: TileTotals) {
  storePixel(first + 0u, quad, channels, totals.p0);
  storePixel(first + 1u, quad, channels, totals.p1);
  storePixel(first + 2u, quad, channels, totals.p2);
  storePixel(first + 3u, quad, channels, totals.p3);
  storePixel(first + 4u, quad, channels, totals.p4);
  storePixel(first + 5u, quad, channels, totals.p5);
  storePixel(first + 6u, quad, channels, totals.p6);
  storePixel(first + 7u, quad, channels, totals.p7);
}
