// Sums of one pixel for the four output channels of a quad.
struct Weights {
  c0: Operand,
  c1: Operand,
  c2: Operand,
  c3: Operand,
}

alias ChannelSums = vec4<Sum>;

fn accumulate(sums: ChannelSums, a: Operand, w: Weights) -> ChannelSums {
  return ChannelSums(
    multiplyAdd(sums.x, a, w.c0), multiplyAdd(sums.y, a, w.c1),
    multiplyAdd(sums.z, a, w.c2), multiplyAdd(sums.w, a, w.c3));
}

fn channelTotals(sums: ChannelSums, zeroPoints: vec4<Total>) -> vec4<Total> {
  return vec4<Total>(sumToTotal(sums.x), sumToTotal(sums.y), sumToTotal(sums.z), sumToTotal(sums.w));
}
