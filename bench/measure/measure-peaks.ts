import type { Device } from '../../src/gpu/device.ts';
import { ArithmeticLoops } from './arithmetic-peaks.ts';
import { measureHost } from './host-peaks.ts';
import { measureMemory } from './memory-peaks.ts';
import type { Peaks } from './peaks.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Each peak is the best of so many turns. */
const turns = 5;
const warmUpSeconds = 0.3;

export interface MeasuredPeaks {
  readonly peaks: Peaks;
  /** GPU timestamps over the host's clock for the same work; undefined when there are none. */
  readonly clockRatio: number | undefined;
}

/** The device's peaks, and which clock the stopwatch may use from now on. */
export async function measurePeaks(device: Device, stopwatch: Stopwatch): Promise<MeasuredPeaks> {
  const loops = await ArithmeticLoops.create(device, stopwatch);
  try {
    await stopwatch.warmUp(loops.busyWork, 1, warmUpSeconds);
    const clockRatio = await stopwatch.checkClock(loops.busyWork);
    const arithmetic = await loops.measure(turns);
    const memory = await measureMemory(device, stopwatch, turns);
    const host = await measureHost(device, stopwatch, turns, memory.at(-1)!.workingSetBytes);
    return { peaks: { ...arithmetic, memory, ...host }, clockRatio };
  } finally {
    loops.release();
  }
}
