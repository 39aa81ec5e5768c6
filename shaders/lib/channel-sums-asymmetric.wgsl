// Sums of one pixel for the four output channels of a quad whose weights have zero points:
// Σ a·(w − zw) = Σ a·w − zw·Σ a. Weights that pad are zw, so whatever activation meets them cancels.
struct Weights {
  c0: Operand,
  c1: Operand,
  c2: Operand,
  c3: Operand,
}

struct ChannelSums {
  products: vec4<Sum>,
  activations: Sum,
}

fn accumulate(sums: ChannelSums, a: Operand, w: Weights) -> ChannelSums {
  let products = vec4<Sum>(
    multiplyAdd(sums.products.x, a, w.c0), multiplyAdd(sums.products.y, a, w.c1),
    multiplyAdd(sums.products.z, a, w.c2), multiplyAdd(sums.products.w, a, w.c3));
  return ChannelSums(products, multiplyAdd(sums.activations, a, operand(0x01010101u)));
}

fn channelTotals(sums: ChannelSums, zeroPoints: vec4<Total>) -> vec4<Total> {
  let products = vec4<Total>(
    sumToTotal(sums.products.x), sumToTotal(sums.products.y),
    sumToTotal(sums.products.z), sumToTotal(sums.products.w));
  return products - zeroPoints * sumToTotal(sums.activations);
}
