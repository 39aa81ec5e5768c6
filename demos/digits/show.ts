import pc from 'picocolors';
import { imageSize } from './draw.ts';

/** One drawn digit with what was read from it. */
export interface Reading {
  /** 28×28 brightnesses, 0 to 1. */
  readonly image: Float32Array;
  readonly label: number;
  readonly predicted: number;
  /** 0 to 1. */
  readonly probability: number;
}

const shades = ' .:-=+*#%@';

/** Digits side by side as text, two rows of pixels to a line, with the reading under each. */
export function showDigits(readings: readonly Reading[]): string {
  const lines: string[] = [];
  for (let y = 0; y < imageSize; y += 2) {
    lines.push(readings.map(({ image }) => textRow(image, y)).join('  '));
  }
  lines.push(
    readings
      .map(({ label, predicted, probability }) => {
        const text = `read ${predicted} (${(100 * probability).toFixed(0)} %)${predicted === label ? '' : `, is ${label}`}`;
        return (predicted === label ? pc.green : pc.red)(text.padEnd(imageSize));
      })
      .join('  '),
  );
  return lines.join('\n');
}

function textRow(image: Float32Array, y: number): string {
  return Array.from({ length: imageSize }, (_, x) => {
    const brightness = (image[y * imageSize + x] + image[(y + 1) * imageSize + x]) / 2;
    return shades[Math.min(Math.floor(brightness * shades.length), shades.length - 1)];
  }).join('');
}
