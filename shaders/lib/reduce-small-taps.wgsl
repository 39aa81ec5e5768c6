// The sums of a convolution of several taps of few words, in one loop over the words of all taps, whole steps of which may
// cross from one tap to the next.
const KERNEL_WIDTH: u32 = 1;
const TAPS: u32 = 1;
const STEPS: u32 = 1;

fn reduceTile(places: Places, quad: u32, window: u32, zeroPoints: vec4<Total>) -> TileTotals {
  var sums: TileSums;
  for (var step = 0u; step < STEPS; step++) {
    let number = min(step * STEP_WORDS + ownWord(quad), TAPS * WINDOW - 1u);
    let tap = number / WINDOW;
    let taps = tapsOf(places, tap / KERNEL_WIDTH, tap % KERNEL_WIDTH, window);
    accumulateStep(&sums, loadWords(taps, number % WINDOW), step * STEP_WORDS, quad);
  }
  return tileTotals(sums, zeroPoints);
}
