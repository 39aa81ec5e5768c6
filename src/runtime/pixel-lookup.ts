import { ShapeError } from '../errors.ts';
import { codeRange } from '../tensor/dtype.ts';
import { quantizeValue, scaleAt, zeroPointAt } from '../tensor/quantization.ts';
import { float32Bits } from '../tensor/requantize.ts';
import type { TensorType } from '../tensor/tensor.ts';

/**
 * What real number a pixel byte becomes: the numbers that 0 and 255 stand for, or (byte − mean) / deviation with one
 * number for all channels or one for each, in the channel order of the input.
 */
export type PixelRange =
  | readonly [low: number, high: number]
  | { readonly mean: number | readonly number[]; readonly deviation: number | readonly number[] };

/**
 * The device's value of every byte in every channel: entry `byte * 4 + channel` holds the code's low byte (as int8,
 * uint8 with its top bit flipped), or the bits of the float32.
 * Without a range, an 8-bit input takes bytes as codes (byte p becomes code p + lowest code, so that 0..255 spans the
 * reals its codes span) and a float input takes [−1, 1].
 * @throws ShapeError when the input cannot hold pixels or the range does not fit its channels
 */
export function createPixelLookup(type: TensorType, channels: number, range?: PixelRange): Uint32Array<ArrayBuffer> {
  const lookup = new Uint32Array(256 * 4);
  for (let channel = 0; channel < channels; channel++) {
    const encode = encoder(type, channel, range, channels);
    for (let byte = 0; byte < 256; byte++) lookup[byte * 4 + channel] = encode(byte);
  }
  return lookup;
}

function encoder(
  { dtype, quantization }: TensorType,
  channel: number,
  range: PixelRange | undefined,
  channels: number,
): (byte: number) => number {
  if (dtype === 'float32') {
    const toReal = realOf(range ?? [-1, 1], channel, channels);
    return (byte) => float32Bits(toReal(byte));
  }
  if (dtype !== 'int8' && dtype !== 'uint8') {
    throw new ShapeError(`image: a ${dtype} input cannot hold pixels. Use float32, int8 or uint8.`);
  }
  // On the device uint8 is int8 with the top bit flipped.
  const flip = dtype === 'uint8' ? 0x80 : 0;
  const [low, high] = codeRange(dtype);
  if (range === undefined) return (byte) => ((byte + low) & 0xff) ^ flip;
  if (quantization === undefined) {
    throw new ShapeError(`image: a range needs to know what ${dtype} codes stand for, and the input has no scale.`);
  }
  const toReal = realOf(range, channel, channels);
  const scale = scaleAt(quantization, channel);
  const zeroPoint = zeroPointAt(quantization, channel);
  return (byte) => (quantizeValue(toReal(byte), scale, zeroPoint, low, high) & 0xff) ^ flip;
}

function realOf(range: PixelRange, channel: number, channels: number): (byte: number) => number {
  if ('mean' in range) {
    const mean = entryOf(range.mean, 'mean', channel, channels);
    const deviation = entryOf(range.deviation, 'deviation', channel, channels);
    return finite(`mean ${mean}, deviation ${deviation}`, (byte) => (byte - mean) / deviation);
  }
  const [low, high] = range;
  return finite(`range [${low}, ${high}]`, (byte) => low + ((high - low) * byte) / 255);
}

function entryOf(values: number | readonly number[], what: string, channel: number, channels: number): number {
  if (typeof values === 'number') return values;
  if (values.length !== channels) {
    throw new ShapeError(
      `image: ${what} has ${values.length} numbers, the input ${channels} channels. Give one or ${channels}.`,
    );
  }
  return values[channel];
}

function finite(what: string, toReal: (byte: number) => number): (byte: number) => number {
  if (Number.isFinite(Math.fround(toReal(0))) && Number.isFinite(Math.fround(toReal(255)))) return toReal;
  throw new ShapeError(`image: ${what} does not give finite numbers. Check its bounds, or the deviation for 0.`);
}
