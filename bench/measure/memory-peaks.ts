import type { Device } from '../../src/gpu/device.ts';
import { defaultWorkgroupSize, linearDispatch } from '../../src/ops/lib/linear-dispatch.ts';
import copy from '../shaders/copy.wgsl';
import read from '../shaders/read.wgsl';
import type { MemoryPeak } from './peaks.ts';
import { createBenchBuffer, shaderWork } from './shader-work.ts';
import type { Stopwatch, Work } from './stopwatch.ts';

const MiB = 2 ** 20;
const workingSets: readonly number[] = [1 * MiB, 4 * MiB, 16 * MiB, 64 * MiB, 256 * MiB, 1024 * MiB];
/** No cache of a device that takes longer than `largeSetSeconds` for a set is larger than this. */
const alwaysMeasured = 64 * MiB;
const largeSetSeconds = 0.004;

/** Of a vec4<u32>. */
const itemBytes = 16;

interface Access {
  readonly kind: 'copy' | 'read';
  /** Of one invocation. */
  readonly items: number;
}

/** Many short invocations or few long ones: which is faster differs between devices. */
const accesses: readonly Access[] = [
  { kind: 'copy', items: 1 },
  { kind: 'copy', items: 8 },
  { kind: 'copy', items: 64 },
  { kind: 'read', items: 8 },
  { kind: 'read', items: 64 },
];

/** Copies and reads of sets of several sizes; for each the fastest of several turns and ways. */
export async function measureMemory(
  device: Device,
  stopwatch: Stopwatch,
  turns: number,
): Promise<readonly MemoryPeak[]> {
  const peaks: MemoryPeak[] = [];
  for (const workingSetBytes of workingSets) {
    const last = peaks.at(-1);
    const isQuick = last !== undefined && workingSetBytes / last.copyBytesPerSecond < largeSetSeconds;
    const isBindable = workingSetBytes / 2 <= largestBuffer(device);
    if (!isBindable || (workingSetBytes > alwaysMeasured && !isQuick)) break;
    peaks.push(await measureSet(device, stopwatch, workingSetBytes, turns));
  }
  return peaks;
}

async function measureSet(
  device: Device,
  stopwatch: Stopwatch,
  workingSetBytes: number,
  turns: number,
): Promise<MemoryPeak> {
  const canRead = workingSetBytes <= largestBuffer(device);
  const buffers: GPUBuffer[] = [];
  try {
    for (const size of [canRead ? workingSetBytes : workingSetBytes / 2, workingSetBytes / 2]) {
      buffers.push(await createBenchBuffer(device, 'memory', size));
    }
    const measured: { work: Work; repetitions: number; kind: Access['kind']; seconds: number }[] = [];
    for (const access of accesses) {
      if (access.kind === 'read' && !canRead) continue;
      const work = await accessWork(device, access, buffers, workingSetBytes);
      const { repetitions } = await stopwatch.calibrate(work);
      measured.push({ work, repetitions, kind: access.kind, seconds: Infinity });
    }
    for (let turn = 0; turn < turns; turn++) {
      for (const each of measured) {
        each.seconds = Math.min(each.seconds, await stopwatch.time(each.work, each.repetitions));
      }
    }
    const fastest = (wanted: Access['kind']): number =>
      workingSetBytes / Math.min(...measured.filter(({ kind }) => kind === wanted).map(({ seconds }) => seconds));
    return {
      workingSetBytes,
      copyBytesPerSecond: fastest('copy'),
      ...(canRead && { readBytesPerSecond: fastest('read') }),
    };
  } finally {
    for (const buffer of buffers) device.release(buffer);
  }
}

async function accessWork(
  device: Device,
  { kind, items }: Access,
  [source, target]: readonly GPUBuffer[],
  workingSetBytes: number,
): Promise<Work> {
  const sizeBytes = kind === 'copy' ? workingSetBytes / 2 : workingSetBytes;
  const count = sizeBytes / itemBytes;
  const { workgroups, constants } = linearDispatch(count / items, defaultWorkgroupSize);
  const launch = await shaderWork(device, {
    name: kind,
    shader: kind === 'copy' ? copy : read,
    constants: { ...constants, COUNT: count, ITEMS: items },
    buffers: [
      { buffer: source, sizeBytes },
      { buffer: target, sizeBytes: kind === 'copy' ? sizeBytes : itemBytes },
    ],
  });
  return launch(workgroups);
}

function largestBuffer({ capabilities: { limits } }: Device): number {
  return Math.min(limits['maxBufferSize'], limits['maxStorageBufferBindingSize']);
}
