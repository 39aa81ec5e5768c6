// The sums of a convolution of one tap that need no interruption, in one loop: some compilers carry every sum through every
// loop around it.
const STEPS: u32 = 1;

fn reduceTile(places: Places, quad: u32, window: u32, zeroPoints: vec4<Total>) -> TileTotals {
  let taps = tapsOf(places, 0u, 0u, window);
  var sums: TileSums;
  for (var step = 0u; step < STEPS; step++) {
    let words = loadWords(taps, tapWord(step * STEP_WORDS + ownWord(quad)));
    accumulateStep(&sums, words, step * STEP_WORDS, quad);
  }
  return tileTotals(sums, zeroPoints);
}
