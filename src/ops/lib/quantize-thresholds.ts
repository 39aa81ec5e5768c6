import { quantizeValue } from '../../tensor/quantization.ts';
import { float32Bits, float32FromBits } from '../../tensor/requantize.ts';

/** Words of one channel's table, as `quantize-float.wgsl` reads them. */
export const thresholdWords = 260;

/** Scales for which the shader's guess is off by at most one code: their reciprocals are normal float32 numbers. */
const smallestScale = 2 ** -126;
const largestScale = 2 ** 118;

/** Whether `quantize-float.wgsl` is exact for this scale. */
export function hasThresholds(scale: number): boolean {
  return scale >= smallestScale && scale <= largestScale;
}

/** A float32's place in the order of all float32s (−∞ lowest): its bits, with negative numbers' magnitudes flipped. */
export function orderedBits(bits: number): number {
  return bits >= 0 ? bits : bits ^ 0x7fffffff;
}

/**
 * Where each int8 code begins. Word c + 128 is the place (orderedBits) of the smallest float32 whose code is c or more;
 * words 0 and 256 hold bounds that no number crosses; then the bits of float32(1 / scale), and the zero point.
 * Found by bisection on the exact rule (quantizeValue), which never decreases as x grows.
 */
export function quantizeThresholds(scale: number, zeroPoint: number): Int32Array {
  const table = new Int32Array(thresholdWords);
  table[0] = -(2 ** 31);
  table[256] = 2 ** 31 - 1;
  table[257] = float32Bits(Math.fround(1 / Math.fround(scale)));
  table[258] = zeroPoint;
  const infinity = orderedBits(float32Bits(Infinity));
  let below = orderedBits(float32Bits(-Infinity));
  for (let code = -127; code <= 127; code++) {
    // The code at `below` is less than `code`; at `reached` it is not.
    let reached = infinity;
    while (reached - below > 1) {
      const middle = Math.floor((below + reached) / 2);
      const value = float32FromBits(orderedBits(middle));
      if (quantizeValue(value, scale, zeroPoint, -128, 127) < code) below = middle;
      else reached = middle;
    }
    table[code + 128] = reached;
  }
  return table;
}
