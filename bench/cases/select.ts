import { deviceBytes } from '../../src/tensor/quads.ts';
import type { KernelCase } from './kernel-case.ts';

export const scales = ['small', 'full', 'auto'] as const;

/** Which sizes are measured: those that any device does at once, all, or what this device does at once. */
export type Scale = (typeof scales)[number];

/** The largest case that is measured. */
export interface SizeLimit {
  readonly multiplyAdds: number;
  /** Of all inputs. */
  readonly bytes: number;
}

const smallLimit: SizeLimit = { multiplyAdds: 60e6, bytes: 8 * 2 ** 20 };

/** How long one launch may take at the device's peak; kernels reach some tenth of it. */
const autoSeconds = 0.02;

/** @param peaks operations (two of a multiply-add) and bytes per second of the device */
export function sizeLimit(
  scale: Scale,
  peaks: { readonly operationsPerSecond: number; readonly bytesPerSecond: number },
): SizeLimit {
  switch (scale) {
    case 'small':
      return smallLimit;
    case 'full':
      return { multiplyAdds: Infinity, bytes: Infinity };
    case 'auto':
      return {
        multiplyAdds: Math.max(smallLimit.multiplyAdds, (peaks.operationsPerSecond / 2) * autoSeconds),
        bytes: Math.max(smallLimit.bytes, peaks.bytesPerSecond * autoSeconds),
      };
  }
}

export function isWithin({ multiplyAdds, inputs }: KernelCase, limit: SizeLimit): boolean {
  const bytes = inputs.reduce((sum, { dtype, shape }) => sum + deviceBytes(dtype, shape), 0);
  return multiplyAdds <= limit.multiplyAdds && bytes <= limit.bytes;
}

/** Whether a name is asked for: it contains one of the texts, or there are none. */
export function matchesFilter(name: string, filters: readonly string[]): boolean {
  return filters.length === 0 || filters.some((text) => name.includes(text));
}
