import { activation, type KernelCase, result, weights } from './kernel-case.ts';

/** Rows of x, columns of x, columns of the result. */
type Sizes = readonly [m: number, k: number, n: number];

const sizes: readonly Sizes[] = [
  // A classifier or a decoder works on one row.
  [1, 1024, 1024],
  [1, 1280, 1001],
  [1, 4096, 4096],
  [16, 1024, 1024],
  [64, 64, 64],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [4096, 4096, 4096],
];

/** y [M, N] = x [M, K] · w, with a bias. */
export const matrixProducts: readonly KernelCase[] = (['int8', 'float32'] as const).flatMap((dtype) =>
  sizes.map(([m, k, n]) => ({
    name: `${m === 1 ? 'gemv' : 'gemm'}/${dtype}/${m}x${k}x${n}`,
    op: 'matmul',
    attributes: { activation: 'none' },
    inputs: [activation(dtype, [m, k]), ...weights(dtype, [n, k], 0)],
    output: result(dtype),
    multiplyAdds: m * k * n,
  })),
);
