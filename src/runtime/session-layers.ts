import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import { mapForReading } from '../gpu/map-for-reading.ts';
import { PassTimer } from '../gpu/pass-timer.ts';
import { deviceBytes } from '../tensor/quads.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import { describeStep } from './describe-step.ts';
import { unpackOutput } from './host-io.ts';
import type { Layer } from './reports.ts';
import { encodeStep, type PreparedStep } from './resources.ts';
import type { RunInputs } from './session-inputs.ts';
import type { SessionState } from './session-state.ts';

/** What of a session its layers need. */
export interface LayerHost {
  readonly device: Device;
  readonly owner: string;
  readonly state: SessionState;
  typeOf(name: string): TensorType;
}

/** Runs a program step by step; see `Session.layers`. */
export async function* runLayers(
  host: LayerHost,
  inputs: RunInputs,
  signal: AbortSignal | undefined,
): AsyncGenerator<Layer, void, void> {
  const { device, owner, state } = host;
  const timer = await PassTimer.create(device, owner, 1);
  try {
    let own = 0;
    await device.guard(`${owner}: inputs`, () => {
      state.assertOpen();
      own = ++state.writes;
      const encoder = device.gpuDevice.createCommandEncoder({ label: owner });
      state.inputs.encode(encoder, inputs);
      device.gpuDevice.queue.submit([encoder.finish()]);
    });
    for (const [index, step] of state.program.steps.entries()) {
      state.assertOpen();
      signal?.throwIfAborted();
      if (own !== state.writes) {
        throw new DeviceError(
          `${owner}: another run overwrote what layer "${step.node.name}" reads. Finish the layers first, or use a second session.`,
        );
      }
      own = ++state.writes;
      const written = own;
      const prepared = state.resources.steps[index];
      const elapsedMicros = prepared === undefined ? 0 : await runStep(device, prepared, timer);
      const output = step.node.outputs[0];
      const read = (): Promise<Tensor> => readValue(host, output, written);
      yield { ...describeStep(step, host.typeOf(output)), output, elapsedMicros, read };
    }
  } finally {
    timer?.destroy();
  }
}

async function runStep(device: Device, prepared: PreparedStep, timer: PassTimer | undefined): Promise<number> {
  const { queue } = device.gpuDevice;
  const { node } = prepared.step;
  const what = `${node.op} "${node.name}"`;
  const start = performance.now();
  await device.guard(what, () => {
    const encoder = device.gpuDevice.createCommandEncoder({ label: node.name });
    const pass = encoder.beginComputePass({ timestampWrites: timer?.timestampWrites(0) });
    encodeStep(pass, prepared);
    pass.end();
    timer?.resolve(encoder);
    queue.submit([encoder.finish()]);
  });
  if (timer !== undefined) return (await timer.read())[0];
  await device.settle(what, queue.onSubmittedWorkDone());
  return (performance.now() - start) * 1000;
}

/** @param written the count of writes when the value was computed */
async function readValue(host: LayerHost, name: string, written: number): Promise<Tensor> {
  const { device, owner, state } = host;
  const type = host.typeOf(name);
  const assertCurrent = (): void => {
    state.assertOpen();
    if (written === state.writes) return;
    throw new DeviceError(
      `layer "${name}": its memory has been reused since. Read a layer before asking for the next one or running again.`,
    );
  };
  assertCurrent();
  const what = `${owner}: reading "${name}"`;
  const staging = await device.createBuffer({
    label: `${owner}/${name}/read`,
    owner,
    purpose: 'readback',
    sizeBytes: deviceBytes(type.dtype, type.shape),
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    await device.guard(what, () => {
      // Making the buffer took a moment, in which something else may have run.
      assertCurrent();
      const encoder = device.gpuDevice.createCommandEncoder();
      state.copyValue(encoder, name, staging, 0);
      device.gpuDevice.queue.submit([encoder.finish()]);
    });
    await mapForReading(device, state.gpuDevice, staging, what, state.assertOpen);
    return unpackOutput(type, staging.getMappedRange(), 0);
  } finally {
    device.release(staging);
  }
}
