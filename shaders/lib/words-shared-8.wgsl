enable subgroups;
// Four adjacent invocations, which need the same activation words for different channels, load one word of four each and
// pass them round. For devices where a load costs the same whether the lanes agree or not.
const STEP_WORDS: u32 = 4;

// Which of a step's words the invocation loads.
fn ownWord(quad: u32) -> u32 {
  return quad % 4u;
}

fn share0(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 0u), quadBroadcast(words.p1, 0u), quadBroadcast(words.p2, 0u), quadBroadcast(words.p3, 0u), quadBroadcast(words.p4, 0u), quadBroadcast(words.p5, 0u), quadBroadcast(words.p6, 0u), quadBroadcast(words.p7, 0u));
}

fn share1(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 1u), quadBroadcast(words.p1, 1u), quadBroadcast(words.p2, 1u), quadBroadcast(words.p3, 1u), quadBroadcast(words.p4, 1u), quadBroadcast(words.p5, 1u), quadBroadcast(words.p6, 1u), quadBroadcast(words.p7, 1u));
}

fn share2(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 2u), quadBroadcast(words.p1, 2u), quadBroadcast(words.p2, 2u), quadBroadcast(words.p3, 2u), quadBroadcast(words.p4, 2u), quadBroadcast(words.p5, 2u), quadBroadcast(words.p6, 2u), quadBroadcast(words.p7, 2u));
}

fn share3(words: Words) -> Words {
  return Words(quadBroadcast(words.p0, 3u), quadBroadcast(words.p1, 3u), quadBroadcast(words.p2, 3u), quadBroadcast(words.p3, 3u), quadBroadcast(words.p4, 3u), quadBroadcast(words.p5, 3u), quadBroadcast(words.p6, 3u), quadBroadcast(words.p7, 3u));
}

fn accumulateStep(sums: ptr<function, TileSums>, words: Words, step: u32, quad: u32) {
  accumulateTile(sums, share0(words), weightsAt(step, quad));
  accumulateTile(sums, share1(words), weightsAt(step + 1u, quad));
  accumulateTile(sums, share2(words), weightsAt(step + 2u, quad));
  accumulateTile(sums, share3(words), weightsAt(step + 3u, quad));
}
