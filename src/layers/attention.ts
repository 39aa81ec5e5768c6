import { ShapeError } from '../errors.ts';
import { formatShape, rowLength } from '../tensor/shape.ts';
import { softmax } from './activation.ts';
import { reshape, transpose } from './arrange.ts';
import { add } from './combine.ts';
import { parameter } from './parameter.ts';
import { callMore } from './call-more.ts';
import { callLayer, type LayerFunction, type LayerOptions, type SymbolicValue } from './value.ts';
import { requireSequence } from './window.ts';

export interface BatchMatmulOptions extends LayerOptions {
  /** Whether a is stored [..., K, M]. Default false. */
  readonly transposesA?: boolean;
  /** Whether b is stored [..., N, K]. Default false. */
  readonly transposesB?: boolean;
}

export interface AttentionOptions extends LayerOptions {
  /** Parts of the features that attend independently. Default 1. */
  readonly heads?: number;
  /** Factor of the scores. Default 1 / √(features of a head). */
  readonly scale?: number;
  /** Whether a query sees only keys at its own place and before. Default false. */
  readonly isCausal?: boolean;
}

/** What is added to the score of a key that must not be seen; its exponential is 0 beside any other. */
const hidden = -1e9;

/** Products of two batches of matrices, whose leading axes broadcast. [..., M, K], [..., K, N] → [..., M, N]. */
export function batchMatmul(options: BatchMatmulOptions = {}): LayerFunction<[SymbolicValue, SymbolicValue]> {
  const { name, transposesA = false, transposesB = false } = options;
  const attributes = { transposesA, transposesB, activation: 'none' };
  return (a, b) => callMore({ op: 'batch-matmul', name, attributes, operands: [a, b] });
}

/**
 * Scaled dot-product attention: softmax(scale · q·kᵀ + mask) · v for each head; the name is that of the result.
 * Queries [N, L, heads · D], keys [N, S, heads · D], values [N, S, heads · E] → [N, L, heads · E]. A mask is added to the
 * scores, to [N, heads, L, S] of which it broadcasts: 0 for what is seen, a large negative number for what is not.
 * @throws ShapeError when features do not divide into heads, or queries, keys and values do not go together
 * @see Vaswani et al. 2017, arXiv:1706.03762
 */
export function attention(
  options: AttentionOptions = {},
): (query: SymbolicValue, key: SymbolicValue, value: SymbolicValue, mask?: SymbolicValue) => SymbolicValue {
  const { heads = 1, name, isCausal = false } = options;
  const where = `attention "${name ?? 'attention'}"`;
  /** [N, L, heads · D] → [N, heads, L, D]. */
  const split: LayerFunction = (x) => {
    const [batch, length, features] = requireSequence(where, x.type.shape);
    if (!Number.isInteger(heads) || heads < 1 || features % heads !== 0) {
      throw new ShapeError(
        `${where}: ${heads} heads do not divide the ${features} features of ${formatShape(x.type.shape)}. Choose a divisor.`,
      );
    }
    return transpose({ permutation: [0, 2, 1, 3] })(reshape({ shape: [batch, length, heads, features / heads] })(x));
  };
  return (query, key, value, mask) => {
    const [q, k, v] = [query, key, value].map(split);
    const [batch, , length, features] = q.type.shape;
    const [, , seen] = k.type.shape;
    const scale = options.scale ?? 1 / Math.sqrt(features);
    let scores = batchMatmul({ transposesB: true })(q, k);
    if (mask !== undefined) {
      const factor = parameter(where, 'scale', [1], Float32Array.of(scale));
      scores = callLayer({
        op: 'mul',
        attributes: { activation: 'none' },
        name: undefined,
        operands: [scores, factor],
      });
      scores = add()(scores, mask);
    }
    if (isCausal) {
      const causal = parameter(where, 'causal', [length, seen], causalMask(length, seen));
      scores = callLayer({
        op: 'add',
        attributes: { activation: 'none' },
        name: undefined,
        operands: [scores, causal],
      });
    }
    // Without a mask the factor is part of the softmax.
    const shares = softmax({ beta: mask === undefined ? scale : 1 })(scores);
    const y = transpose({ permutation: [0, 2, 1, 3] })(batchMatmul()(shares, v));
    return reshape({ name, shape: [batch, length, heads * rowLength(v.type.shape)] })(y);
  };
}

function causalMask(queries: number, keys: number): Float32Array {
  return Float32Array.from({ length: queries * keys }, (_, index) =>
    index % keys > Math.floor(index / keys) ? hidden : 0,
  );
}
