import type { Engine } from '../../src/gpu/capabilities.ts';
import type { Roofs } from './roofline.ts';

/** How fast memory of one size is: small sets stay in caches. */
export interface MemoryPeak {
  /** Bytes that one launch reads and writes. */
  readonly workingSetBytes: number;
  /** Bytes read and written per second. */
  readonly copyBytesPerSecond: number;
  /** Absent where a set is larger than one binding may be. */
  readonly readBytesPerSecond?: number;
}

/** What the device has been seen to do at best. */
export interface Peaks {
  /** Multiply-adds of float32 in registers, two operations each. */
  readonly float32OperationsPerSecond: number;
  /** int8 operations, a multiply-add being two, by what each engine multiplies with. */
  readonly int8OperationsPerSecond: Readonly<Partial<Record<Engine, number>>>;
  /** By ascending size. */
  readonly memory: readonly MemoryPeak[];
  /** Bytes read and written by copyBufferToBuffer, of the largest set. */
  readonly bufferCopyBytesPerSecond: number;
  /** GPU seconds of a launch that waits for the one before it, and of one that need not. */
  readonly launchSeconds: number;
  readonly independentLaunchSeconds: number;
  /** Host seconds to record and submit a launch, of many in one pass. */
  readonly encodeSeconds: number;
  /** Host seconds from submitting nothing to hearing that it is done. */
  readonly submissionSeconds: number;
  /** Host seconds from writing four bytes to reading what a launch made of them. */
  readonly roundTripSeconds: number;
  readonly uploadBytesPerSecond: number;
}

/**
 * The peaks that bound one piece of work.
 * @param engines whose shader it is: it uses what all of them can. None for kernels that no engine changes: float32 bounds
 *   them
 * @param bytes that the work moves: of memory of that size or more, the fastest counts
 */
export function roofsFor(peaks: Peaks, engines: readonly Engine[], bytes: number): Roofs {
  const { memory, launchSeconds, float32OperationsPerSecond, int8OperationsPerSecond } = peaks;
  const largeEnough = memory.filter(({ workingSetBytes }) => workingSetBytes >= bytes);
  const sets = largeEnough.length > 0 ? largeEnough : memory.slice(-1);
  const speeds = engines.map((engine) => int8OperationsPerSecond[engine] ?? Infinity);
  return {
    operationsPerSecond: engines.length === 0 ? float32OperationsPerSecond : Math.min(...speeds),
    bytesPerSecond: Math.max(...sets.map((set) => Math.max(set.copyBytesPerSecond, set.readBytesPerSecond ?? 0))),
    launchSeconds,
  };
}
