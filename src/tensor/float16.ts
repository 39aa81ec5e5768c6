import { clamp, roundTiesEven } from './quantization.ts';
import type { Tensor } from './tensor.ts';

const largest = 65504;
const smallestNormal = 2 ** -14;
const smallest = 2 ** -24;

/** The number that the bits of an IEEE 754 binary16 stand for; exact. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * smallest;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bits of the binary16 nearest to a number, ties to even; beyond the largest by half a step or more it is infinite. */
export function toFloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < smallestNormal) return sign | roundTiesEven(magnitude / smallest);
  if (magnitude >= largest + 16) return sign | 0x7c00;
  // log2 may be off by one next to a power of two.
  let exponent = Math.floor(Math.log2(magnitude));
  if (2 ** exponent > magnitude) exponent--;
  else if (2 ** (exponent + 1) <= magnitude) exponent++;
  const fraction = roundTiesEven((magnitude / 2 ** exponent - 1) * 1024);
  // A fraction that rounds up to 1024 carries into the exponent by itself.
  return sign | (((exponent + 15) << 10) + fraction);
}

/** Numbers as activations are stored in float16: the nearest, and the largest finite one for all beyond it. */
export function toFloat16({ shape, data }: Tensor): Tensor & { readonly data: Uint16Array } {
  return {
    dtype: 'float16',
    shape,
    data: Uint16Array.from(data, (value) => toFloat16Bits(clamp(value, -largest, largest))),
  };
}
