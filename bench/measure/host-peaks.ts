import type { Device } from '../../src/gpu/device.ts';
import { mapForReading } from '../../src/gpu/map-for-reading.ts';
import empty from '../shaders/empty.wgsl';
import launch from '../shaders/launch.wgsl';
import type { Peaks } from './peaks.ts';
import { createBenchBuffer, shaderWork } from './shader-work.ts';
import { summarize } from './statistics.ts';
import type { Stopwatch, Work } from './stopwatch.ts';

/** Of launches that are recorded in one pass. */
const launches = 1000;
const launchTurns = 30;
const transferBytes = 16 * 2 ** 20;
/** Uploads and copies that follow each other, so that what one submission costs by itself is little. */
const transfers = 8;
const roundTrips = 32;

type HostPeaks = Pick<
  Peaks,
  | 'bufferCopyBytesPerSecond'
  | 'launchSeconds'
  | 'independentLaunchSeconds'
  | 'encodeSeconds'
  | 'submissionSeconds'
  | 'roundTripSeconds'
  | 'uploadBytesPerSecond'
>;

/**
 * What stands between kernels: launches, submissions and transfers.
 * @param copiedBytes read and written by one copy of a buffer
 */
export async function measureHost(
  device: Device,
  stopwatch: Stopwatch,
  turns: number,
  copiedBytes: number,
): Promise<HostPeaks> {
  const buffers: GPUBuffer[] = [];
  const buffer = async (sizeBytes: number): Promise<GPUBuffer> => {
    const made = await createBenchBuffer(device, 'host', sizeBytes);
    buffers.push(made);
    return made;
  };
  try {
    const word = await buffer(4);
    const counter = (
      await shaderWork(device, { name: 'launch', shader: launch, buffers: [{ buffer: word, sizeBytes: 4 }] })
    )([1, 1, 1]);
    const nothing = (await shaderWork(device, { name: 'empty', shader: empty, buffers: [] }))([1, 1, 1]);
    const upload = await buffer(transferBytes);
    const [source, target] = [await buffer(copiedBytes / 2), await buffer(copiedBytes / 2)];
    const data = new Uint8Array(transferBytes);
    const uploads = await least(device, turns, () => {
      for (let i = 0; i < transfers; i++) device.gpuDevice.queue.writeBuffer(upload, 0, data);
    });
    const copies = await least(device, turns, () => {
      const encoder = device.gpuDevice.createCommandEncoder();
      for (let i = 0; i < transfers; i++) encoder.copyBufferToBuffer(source, 0, target, 0, copiedBytes / 2);
      device.gpuDevice.queue.submit([encoder.finish()]);
    });
    return {
      launchSeconds: await leastTime(stopwatch, counter),
      independentLaunchSeconds: await leastTime(stopwatch, nothing),
      encodeSeconds: (await least(device, turns, () => submit(device, counter), false)) / launches,
      submissionSeconds: stopwatch.submissionSeconds,
      roundTripSeconds: await measureRoundTrip(device, counter, word, buffers),
      uploadBytesPerSecond: (transferBytes * transfers) / uploads,
      bufferCopyBytesPerSecond: (copiedBytes * transfers) / copies,
    };
  } finally {
    for (const made of buffers) device.release(made);
  }
}

/** So little work is disturbed by everything, so there are many turns. */
async function leastTime(stopwatch: Stopwatch, work: Work): Promise<number> {
  const { repetitions } = await stopwatch.calibrate(work);
  let seconds = Infinity;
  for (let turn = 0; turn < launchTurns; turn++) seconds = Math.min(seconds, await stopwatch.time(work, repetitions));
  return seconds;
}

function submit({ gpuDevice }: Device, work: Work): void {
  const encoder = gpuDevice.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < launches; i++) work.encode(pass);
  pass.end();
  gpuDevice.queue.submit([encoder.finish()]);
}

/** Host seconds of the fastest of several turns after a first; until the queue is done, or until the call returns. */
async function least(device: Device, turns: number, work: () => void, untilDone = true): Promise<number> {
  const { queue } = device.gpuDevice;
  let milliseconds = Infinity;
  for (let turn = 0; turn <= turns; turn++) {
    await queue.onSubmittedWorkDone();
    const start = performance.now();
    let returned = 0;
    const submitted = device.guard('bench', () => {
      work();
      returned = performance.now();
    });
    await queue.onSubmittedWorkDone();
    if (turn > 0) milliseconds = Math.min(milliseconds, (untilDone ? performance.now() : returned) - start);
    await submitted;
  }
  return milliseconds / 1000;
}

/** The median: a wait for the host's event loop is part of it. */
async function measureRoundTrip(device: Device, work: Work, word: GPUBuffer, buffers: GPUBuffer[]): Promise<number> {
  const { gpuDevice } = device;
  const mappable = await device.createBuffer({
    label: 'bench/round-trip',
    owner: 'bench',
    purpose: 'bench',
    sizeBytes: 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  buffers.push(mappable);
  const samples: number[] = [];
  for (let i = 0; i < roundTrips; i++) {
    const start = performance.now();
    const submitted = device.guard('round trip', () => {
      gpuDevice.queue.writeBuffer(word, 0, new Uint32Array([i]));
      const encoder = gpuDevice.createCommandEncoder();
      const pass = encoder.beginComputePass();
      work.encode(pass);
      pass.end();
      encoder.copyBufferToBuffer(word, 0, mappable, 0, 4);
      gpuDevice.queue.submit([encoder.finish()]);
    });
    await mapForReading(device, gpuDevice, mappable, 'the round trip');
    mappable.getMappedRange();
    samples.push((performance.now() - start) / 1000);
    mappable.unmap();
    await submitted;
  }
  return summarize(samples).median;
}
