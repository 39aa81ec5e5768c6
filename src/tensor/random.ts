/** A replayable stream of random numbers. */
export interface Random {
  /** Uniform in [low, high). */
  uniform(low?: number, high?: number): number;
  /** Gaussian. */
  normal(mean?: number, deviation?: number): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** An independent stream that depends only on this stream's seed and the label, not on what was drawn so far. */
  fork(label: string | number): Random;
}

const goldenRatio = 0x9e3779b9;

/** A bijective 32-bit mixer (the finalizer of MurmurHash3): every input bit changes each output bit about half the time. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * The 32 bits behind the index-th number (from 0) of `createRandom(seed)`, without the numbers before it: the same on
 * every device that hashes alike.
 */
export function randomBits(seed: number, index: number): number {
  const key = mix(seed + goldenRatio);
  return mix(mix(Math.imul(index + 1, goldenRatio) ^ key) + key);
}

function hashLabel(label: string | number): number {
  let hash = 0;
  for (const character of String(label)) hash = mix(Math.imul(hash, 31) + character.codePointAt(0)!);
  return hash;
}

/**
 * A seeded generator: the same seed gives the same numbers on every machine. The n-th number is a hash of the seed and
 * of n, so streams need no warm-up and forks do not overlap in practice. Not for cryptography.
 * @param seed any integer; the low 32 bits count
 */
export function createRandom(seed: number): Random {
  const key = mix(seed + goldenRatio);
  let counter = 0;
  const next = (): number => {
    counter = (counter + goldenRatio) | 0;
    return mix(mix(counter ^ key) + key) / 2 ** 32;
  };
  return {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    // Box-Muller; 1 − u is in (0, 1], whose logarithm is finite.
    normal: (mean = 0, deviation = 1) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    integer: (below) => Math.floor(next() * below),
    fork: (label) => createRandom(mix(key ^ hashLabel(label))),
  };
}
