enable subgroups;
// Four adjacent invocations read one word of four each and pass them round: the same pixels of four adjacent channel
// quads need the same words. For devices where a load costs the same whether the lanes agree or not.
const STEP_WORDS: u32 = 4;

fn share0(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 0u), quadBroadcast(words.p1, 0u), quadBroadcast(words.p2, 0u), quadBroadcast(words.p3, 0u));
}

fn share1(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 1u), quadBroadcast(words.p1, 1u), quadBroadcast(words.p2, 1u), quadBroadcast(words.p3, 1u));
}

fn share2(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 2u), quadBroadcast(words.p1, 2u), quadBroadcast(words.p2, 2u), quadBroadcast(words.p3, 2u));
}

fn share3(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 3u), quadBroadcast(words.p1, 3u), quadBroadcast(words.p2, 3u), quadBroadcast(words.p3, 3u));
}

fn accumulateStep(sums: ptr<function, TileSums>, taps: Taps, word: u32, step: u32, quad: u32) {
  let words = loadWords(taps, word + quad % 4u);
  accumulateTile(sums, share0(words), weightsAt(step, quad));
  accumulateTile(sums, share1(words), weightsAt(step + 1u, quad));
  accumulateTile(sums, share2(words), weightsAt(step + 2u, quad));
  accumulateTile(sums, share3(words), weightsAt(step + 3u, quad));
}
