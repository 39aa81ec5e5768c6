// Every invocation loads the activation words it needs, one word of each pixel at a time.
const STEP_WORDS: u32 = 1;

// Which of a step's words the invocation loads.
fn ownWord(quad: u32) -> u32 {
  return 0u;
}

fn accumulateStep(sums: ptr<function, TileSums>, words: Words, step: u32, quad: u32) {
  accumulateTile(sums, words, weightsAt(step, quad));
}
