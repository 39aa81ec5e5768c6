// Every invocation reads the activation words it needs, one word of each pixel at a time.
const STEP_WORDS: u32 = 1;

fn accumulateStep(sums: ptr<function, TileSums>, taps: Taps, word: u32, step: u32, quad: u32) {
  accumulateTile(sums, loadWords(taps, word), weightsAt(step, quad));
}
