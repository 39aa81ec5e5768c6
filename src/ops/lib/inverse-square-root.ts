import type { Multiplier } from '../../tensor/requantize.ts';

const largestInt32 = 2n ** 31n - 1n;

/**
 * 1 / √total as a fixed-point multiplier: five steps r ← r · (3 − n·r²) / 2 of Newton's iteration from r = 1, with 28
 * bits behind the point and every product rounded, as TFLite computes it. 0 counts as 1.
 * @param total an integer from 0, below 2³¹
 */
export function inverseSquareRoot(total: number): Multiplier {
  if (total <= 1) return { bits: Number(largestInt32), shift: 0 };
  let shift = -11;
  let number = total;
  if (number >= 2 ** 29) {
    number = Math.floor(number / 4);
    shift -= 1;
  }
  // Powers of four, whose roots are powers of two, bring the number to between 1/4 and 1.
  const pairs = Math.floor((Math.clz32(number) - 1) / 2) - 1;
  shift += pairs;
  const scaled = (number * 4 ** pairs) >> 1;
  const half = BigInt((scaled + 1) >> 1);
  let root = 1n << 28n;
  for (let step = 0; step < 5; step++) {
    const cube = saturated(product(product(root, root), root) << 6n);
    root = saturated((product(3n << 27n, root) - product(half, cube)) << 3n);
  }
  const bits = Number(product(root, squareRootOfHalf));
  return shift > 0 ? { bits: bits * 2 ** shift, shift: 0 } : { bits, shift };
}

/** √½ with 31 bits behind the point. */
const squareRootOfHalf = 1518500250n;

/** a · b / 2³¹, rounded. */
function product(a: bigint, b: bigint): bigint {
  return (a * b + (1n << 30n)) >> 31n;
}

function saturated(value: bigint): bigint {
  return value > largestInt32 ? largestInt32 : value;
}
