// The sums of a convolution of several taps, or of so many words that sums must go to totals in between.
const KERNEL_WIDTH: u32 = 1;
const TAPS: u32 = 1;
const CHUNKS: u32 = 1;
const STEPS: u32 = 1;

fn reduceTile(places: Places, quad: u32, window: u32, zeroPoints: vec4<Total>) -> TileTotals {
  var totals: TileTotals;
  for (var chunk = 0u; chunk < TAPS * CHUNKS; chunk++) {
    let tap = chunk / CHUNKS;
    let taps = tapsOf(places, tap / KERNEL_WIDTH, tap % KERNEL_WIDTH, window);
    // With its value written out: not every driver zeroes a variable anew in each iteration.
    var sums = TileSums();
    for (var step = 0u; step < STEPS; step++) {
      let words = loadWords(taps, tapWord((chunk % CHUNKS * STEPS + step) * STEP_WORDS + ownWord(quad)));
      accumulateStep(&sums, words, (chunk * STEPS + step) * STEP_WORDS, quad);
    }
    addTotals(&totals, tileTotals(sums, zeroPoints));
  }
  return totals;
}
