import { InvalidArgumentError } from 'commander';
import type { PixelRange } from '../node/index.ts';

const explanation =
  'Give LOW,HIGH (such as -1,1) or MEAN/DEVIATION of bytes (such as 127.5/127.5), one number or three.';

/**
 * `LOW,HIGH` are the reals that bytes 0 and 255 become; `MEAN/DEVIATION` is (byte − mean) / deviation, each one number
 * or one for each channel, as in `123.7,116.3,103.5/58.4,57.1,57.4`.
 * @throws InvalidArgumentError
 */
export function parseRange(text: string): PixelRange {
  const parts = text.split('/').map(parseNumbers);
  if (parts.length === 1 && parts[0].length === 2 && parts[0][0] !== parts[0][1]) return [parts[0][0], parts[0][1]];
  const [mean, deviation] = parts;
  if (parts.length !== 2 || [mean, deviation].some(({ length }) => length !== 1 && length !== 3)) {
    throw new InvalidArgumentError(explanation);
  }
  if (deviation.includes(0)) throw new InvalidArgumentError('A deviation cannot be 0.');
  return { mean: mean.length === 1 ? mean[0] : mean, deviation: deviation.length === 1 ? deviation[0] : deviation };
}

function parseNumbers(text: string): number[] {
  return text.split(',').map((number) => {
    const value = number.trim() === '' ? Number.NaN : Number(number);
    if (!Number.isFinite(value)) throw new InvalidArgumentError(explanation);
    return value;
  });
}

/** A whole number of at least one. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number of at least 1.');
  return value;
}
