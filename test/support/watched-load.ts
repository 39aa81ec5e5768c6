import { readFileSync, writeFileSync } from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';

/** What a piece of work took. */
export interface Effort {
  /** By the clock or by the processor, whichever is less: other processes may have the machine meanwhile. */
  readonly milliseconds: number;
  /** By how much the process grew at its largest, on Linux; elsewhere by how much it is larger afterwards. */
  readonly growthBytes: number;
}

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** The work's result with the time and the memory that it took. */
export function watch<T>(work: () => T): Effort & { readonly result: T } {
  collectGarbage();
  const canReset = resetPeak();
  const before = residentBytes(canReset);
  const arraysBefore = arrayBytes();
  const start = performance.now();
  const processorBefore = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(processorBefore);
  const milliseconds = Math.min(performance.now() - start, (user + system) / 1000);
  // What was allocated into pages that the process already had.
  const arrays = arrayBytes() - arraysBefore;
  return { result, milliseconds, growthBytes: Math.max(residentBytes(canReset) - before, arrays) };
}

function arrayBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Makes the peak that Linux keeps of a process what the process is now. */
function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}

function residentBytes(hasPeak: boolean): number {
  if (!hasPeak) return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))!;
  return Number(kibibytes) * 1024;
}
