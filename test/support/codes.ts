import { perTensor, type Quantization } from '../../src/tensor/quantization.ts';

/** Part of a tensor type: 8-bit codes with a scale rounded to float32, as graphs demand. */
export function int8(scale: number, zeroPoint = 0): { readonly dtype: 'int8'; readonly quantization: Quantization } {
  return { dtype: 'int8', quantization: perTensor(Math.fround(scale), zeroPoint) };
}

export function uint8(scale: number, zeroPoint = 0): { readonly dtype: 'uint8'; readonly quantization: Quantization } {
  return { dtype: 'uint8', quantization: perTensor(Math.fround(scale), zeroPoint) };
}

export const float32 = { dtype: 'float32' } as const;
