import { convolutions, depthwiseConvolutions } from './convolutions.ts';
import { elementwiseCases } from './elementwise.ts';
import type { KernelCase } from './kernel-case.ts';
import { matrixProducts } from './matrix-products.ts';

/** Everything that is measured kernel by kernel. */
export const kernelCases: readonly KernelCase[] = [
  ...matrixProducts,
  ...convolutions,
  ...depthwiseConvolutions,
  ...elementwiseCases,
];
