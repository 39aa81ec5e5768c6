/** float32 machine epsilon: the distance from 1 to the next float32. */
const epsilon = 2 ** -23;

/** Allowed error of a float op: `absolute·magnitude + relative·|reference|`, both in epsilons. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
  /** What the absolute part is measured by; the largest |reference| by default. */
  readonly magnitude?: number;
}

/**
 * The one tolerance table. `length` is how many terms a result sums. Sums of n products err by at most n epsilons of the
 * largest partial sum, in practice by about √n; built-in functions by what the WGSL specification grants.
 */
const tolerances: Readonly<Record<string, (length: number) => Tolerance>> = {
  conv2d: sum,
  'depthwise-conv2d': sum,
  'conv-transpose2d': sum,
  matmul: sum,
  'batch-matmul': sum,
  mean: sum,
  // Each step's errors, of sums and built-in functions, go through the next; gates and tanh are flat enough to dampen them.
  lstm: (length) => ({ absolute: 16 + 2 * Math.sqrt(length), relative: 16, magnitude: 1 }),
  gru: (length) => ({ absolute: 16 + 2 * Math.sqrt(length), relative: 16, magnitude: 1 }),
  rnn: (length) => ({ absolute: 16 + 2 * Math.sqrt(length), relative: 16, magnitude: 1 }),
  // Normalized numbers are near one; the mean and the variance are sums.
  'layer-norm': (length) => ({ absolute: 2 * Math.sqrt(length) + 8, relative: 8 }),
  sum,
  'cumulative-sum': sum,
  prod: (length) => ({ absolute: 0, relative: length }),
  'resize-bilinear': () => ({ absolute: 4, relative: 4 }),
  'average-pool2d': sum,
  // exp of up to about 2, then a sum of two products.
  'decode-boxes': () => ({ absolute: 8, relative: 8 }),
  add: () => ({ absolute: 1, relative: 1 }),
  sub: () => ({ absolute: 1, relative: 1 }),
  mul: () => ({ absolute: 0, relative: 1 }),
  prelu: () => ({ absolute: 0, relative: 1 }),
  // A division may err by 2.5 units in the last place.
  div: () => ({ absolute: 0, relative: 4 }),
  // What a rounded quotient times the divisor leaves of a number ten times as large.
  'floor-mod': () => ({ absolute: 32, relative: 4 }),
  'squared-difference': () => ({ absolute: 1, relative: 4 }),
  // exp2 of a product: its error grows with the exponent, here up to about 5.
  pow: () => ({ absolute: 0, relative: 64 }),
  // exp may err by 3 + 2·|x| units in the last place (WGSL §15.7.4), and |x| reaches about 20 here; then a division.
  softmax: (length) => ({ absolute: 8 + Math.sqrt(length), relative: 50 }),
  // An exponential and a logarithm near one, and differences as large as the result.
  'log-softmax': (length) => ({ absolute: 8 + Math.sqrt(length), relative: 8 }),
  'l2-normalization': (length) => ({ absolute: 0, relative: 8 + Math.sqrt(length) }),
  // exp2 of a product with a logarithm, which may be off by units near one.
  'local-response-normalization': () => ({ absolute: 0, relative: 64 }),
  // A probability: far from zero the exact value is a subnormal number, which devices may flush.
  // Built-in functions by what the WGSL specification grants (§15.7.4), in units near one.
  exp: () => ({ absolute: 0, relative: 50 }),
  log: () => ({ absolute: 8, relative: 8, magnitude: 1 }),
  sqrt: () => ({ absolute: 0, relative: 8 }),
  rsqrt: () => ({ absolute: 0, relative: 4 }),
  reciprocal: () => ({ absolute: 0, relative: 4 }),
  square: () => ({ absolute: 0, relative: 1 }),
  // 2⁻¹¹ between −π and π.
  sin: () => ({ absolute: 4096, relative: 0, magnitude: 1 }),
  cos: () => ({ absolute: 4096, relative: 0, magnitude: 1 }),
  tanh: () => ({ absolute: 8, relative: 8, magnitude: 1 }),
  'hard-swish': () => ({ absolute: 0, relative: 8 }),
  'hard-sigmoid': () => ({ absolute: 2, relative: 2, magnitude: 1 }),
  'leaky-relu': () => ({ absolute: 0, relative: 1 }),
  elu: () => ({ absolute: 8, relative: 8, magnitude: 1 }),
  silu: () => ({ absolute: 8, relative: 50, magnitude: 1 }),
  softplus: () => ({ absolute: 16, relative: 8, magnitude: 1 }),
  mish: () => ({ absolute: 16, relative: 50, magnitude: 1 }),
  // The polynomial errs by 1.5e-7, which gelu multiplies by half its argument, up to where the function is flat.
  erf: () => ({ absolute: 8, relative: 8, magnitude: 1 }),
  gelu: () => ({ absolute: 32, relative: 8, magnitude: 1 }),
  sigmoid: () => ({ absolute: 8, relative: 50, magnitude: 1 }),
};

function sum(length: number): Tolerance {
  return { absolute: 2 * Math.sqrt(length) + 4, relative: 4 };
}

/** Everything else moves or selects numbers and must be exact. */
export function toleranceOf(op: string, length: number): Tolerance {
  return Object.hasOwn(tolerances, op) ? tolerances[op](length) : { absolute: 0, relative: 0 };
}

/** Largest error allowed at a value of the reference. */
export function allowedError(tolerance: Tolerance, reference: number, maxMagnitude: number): number {
  return (
    epsilon * (tolerance.absolute * (tolerance.magnitude ?? maxMagnitude) + tolerance.relative * Math.abs(reference))
  );
}

/**
 * What storing a result as float16 adds: the reference's is rounded to within half a step, and the device's to one of the
 * two neighbours (WGSL leaves open which). Exact ops move or select numbers that float16 has already.
 */
export function allowedErrorInFloat16(tolerance: Tolerance, reference: number, maxMagnitude: number): number {
  if (tolerance.absolute === 0 && tolerance.relative === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(reference))));
  return allowedError(tolerance, reference, maxMagnitude) + 2 ** (exponent - 10);
}
