import { codeRange } from '../../tensor/dtype.ts';
import { clamp, dequantizeValue, largestFloat32, quantizeValue } from '../../tensor/quantization.ts';
import { activationCodes } from './activation.ts';
import type { BinaryCodes } from './binary-op.ts';

const tableWords = 2 ** 14;

/**
 * A function of two numbers on codes: both are dequantized, mapped and quantized, then clamped by the activation. The
 * device reads the 65,536 results from a table, so they are the same on every device. Where the function has no value
 * the result is the lowest code; infinities saturate.
 */
export function tabulated(evaluate: (a: number, b: number) => number): BinaryCodes {
  return pairTable(([a, b, output], { attributes }, range) => {
    const [low, high] = activationCodes(attributes.activation, output, range);
    return (aCode, bCode) => {
      const left = dequantizeValue(aCode, a.scales[0], a.zeroPoints[0]);
      const result = evaluate(left, dequantizeValue(bCode, b.scales[0], b.zeroPoints[0]));
      if (Number.isNaN(result)) return low;
      const bounded = clamp(result, -largestFloat32, largestFloat32);
      return quantizeValue(bounded, output.scales[0], output.zeroPoints[0], low, high);
    };
  });
}

/** Any function of two codes, whose results the device reads from a table. */
export function pairTable(combine: BinaryCodes['combine']): BinaryCodes {
  return {
    combine,
    kernel: (quantizations, context) => ({
      imports: { 'codes-sum': 'codes-table' },
      constants: {},
      bindings: [
        {
          constant: 'table',
          sizeBytes: 4 * tableWords,
          data: () => fillTable(combine(quantizations, context, codeRange('int8'))),
        },
      ],
    }),
  };
}

/** Byte (a + 128)·256 + (b + 128) is the result of a and b, lowest byte of a word first. */
function fillTable(combine: (a: number, b: number) => number): Uint32Array {
  const words = new Uint32Array(tableWords);
  for (let index = 0; index < 4 * tableWords; index++) {
    words[index >> 2] |= (combine((index >> 8) - 128, (index & 255) - 128) & 0xff) << ((index & 3) * 8);
  }
  return words;
}
