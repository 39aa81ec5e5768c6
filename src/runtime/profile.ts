import type { Device } from '../gpu/device.ts';
import { PassTimer } from '../gpu/pass-timer.ts';
import { encodeStep, type PreparedStep } from './resources.ts';

export interface StepTimes {
  /** One entry per step of the program; 0 for steps without a dispatch. */
  readonly medians: readonly number[];
  readonly clock: 'gpu' | 'host';
}

/** Median microseconds of each step, each in a compute pass of its own so that it can be timed. */
export async function profileSteps(
  device: Device,
  owner: string,
  steps: readonly (PreparedStep | undefined)[],
  runs: number,
  signal: AbortSignal | undefined,
): Promise<StepTimes> {
  const prepared = steps.filter((step) => step !== undefined);
  const timer =
    prepared.length > PassTimer.maxPasses ? undefined : await PassTimer.create(device, owner, prepared.length);
  const samples: number[][] = prepared.map(() => []);
  try {
    for (let run = 0; run < runs; run++) {
      signal?.throwIfAborted();
      const micros = timer
        ? await timeByGpu(device, owner, prepared, timer)
        : await timeByHost(device, owner, prepared);
      micros.forEach((value, index) => samples[index].push(value));
    }
  } finally {
    timer?.destroy();
  }
  const medians = samples.map((values) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0);
  let next = 0;
  return { medians: steps.map((step) => (step === undefined ? 0 : medians[next++])), clock: timer ? 'gpu' : 'host' };
}

function encodePass(
  encoder: GPUCommandEncoder,
  step: PreparedStep,
  timestampWrites?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass({ label: step.step.node.name, timestampWrites });
  encodeStep(pass, step);
  pass.end();
}

async function timeByGpu(
  device: Device,
  owner: string,
  steps: readonly PreparedStep[],
  timer: PassTimer,
): Promise<Float64Array> {
  await device.guard(`${owner}: profile`, () => {
    const encoder = device.gpuDevice.createCommandEncoder({ label: owner });
    steps.forEach((step, index) => encodePass(encoder, step, timer.timestampWrites(index)));
    timer.resolve(encoder);
    device.gpuDevice.queue.submit([encoder.finish()]);
  });
  return timer.read();
}

async function timeByHost(device: Device, owner: string, steps: readonly PreparedStep[]): Promise<Float64Array> {
  const micros = new Float64Array(steps.length);
  for (const [index, step] of steps.entries()) {
    const start = performance.now();
    await device.guard(`${owner}: profile`, () => {
      const encoder = device.gpuDevice.createCommandEncoder({ label: owner });
      encodePass(encoder, step);
      device.gpuDevice.queue.submit([encoder.finish()]);
    });
    await device.settle(`${owner}: profile`, device.gpuDevice.queue.onSubmittedWorkDone());
    micros[index] = (performance.now() - start) * 1000;
  }
  return micros;
}
