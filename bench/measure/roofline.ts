import type { Cost } from '../../src/ops/define-op.ts';

/** The best of which a device has been seen capable, for one kind of work. */
export interface Roofs {
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Of one launch that waits for the one before it. */
  readonly launchSeconds: number;
}

/** What keeps work from being faster than its bound. */
export type Bound = 'arithmetic' | 'memory' | 'launch';

/** A measured time beside what the device's peaks allow. */
export interface Roofline {
  /** Which of the three takes longest at the device's peaks. */
  readonly bound: Bound;
  /** How long that takes. */
  readonly boundSeconds: number;
  /** `boundSeconds` of the measured time. */
  readonly fraction: number;
  readonly arithmeticFraction: number;
  readonly memoryFraction: number;
}

/** The time that nothing with this cost and so many launches can beat on this device, and why. */
export function bound(cost: Cost, launches: number, roofs: Roofs): { readonly bound: Bound; readonly seconds: number } {
  const times: readonly (readonly [Bound, number])[] = [
    ['arithmetic', cost.operations / roofs.operationsPerSecond],
    ['memory', cost.bytes / roofs.bytesPerSecond],
    ['launch', launches * roofs.launchSeconds],
  ];
  const [name, seconds] = times.reduce((longest, next) => (next[1] > longest[1] ? next : longest));
  return { bound: name, seconds };
}

/** @param seconds measured */
export function roofline(cost: Cost, launches: number, seconds: number, roofs: Roofs): Roofline {
  const { bound: name, seconds: boundSeconds } = bound(cost, launches, roofs);
  return {
    bound: name,
    boundSeconds,
    fraction: boundSeconds / seconds,
    arithmeticFraction: cost.operations / roofs.operationsPerSecond / seconds,
    memoryFraction: cost.bytes / roofs.bytesPerSecond / seconds,
  };
}
