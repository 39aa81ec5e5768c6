import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import { PassTimer } from '../gpu/pass-timer.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import type { Program, Step } from './compile.ts';
import { unpackOutput } from './host-io.ts';
import type { Layer, LayerReport } from './reports.ts';
import { encodeStep, type PreparedStep, type Resources } from './resources.ts';
import type { RunInputs, SessionInputs } from './session-inputs.ts';

/** What of a session its layers need. */
export interface LayerHost {
  readonly device: Device;
  readonly owner: string;
  readonly program: Program;
  readonly resources: Resources;
  readonly inputs: SessionInputs;
  /** Counts what overwrites activations, so that a layer knows when its output or its inputs are gone. */
  readonly writes: { count: number };
  typeOf(name: string): TensorType;
  assertAlive(): void;
}

/** Runs a program step by step; see `Session.layers`. */
export async function* runLayers(
  host: LayerHost,
  inputs: RunInputs,
  signal: AbortSignal | undefined,
): AsyncGenerator<Layer, void, void> {
  const { device, owner, program, resources, writes } = host;
  const timer = await PassTimer.create(device, owner, 1);
  try {
    host.assertAlive();
    let own = 0;
    await device.guard(`${owner}: inputs`, () => {
      own = ++writes.count;
      const encoder = device.gpuDevice.createCommandEncoder({ label: owner });
      host.inputs.encode(encoder, inputs);
      device.gpuDevice.queue.submit([encoder.finish()]);
    });
    for (const [index, step] of program.steps.entries()) {
      host.assertAlive();
      signal?.throwIfAborted();
      if (own !== writes.count) {
        throw new DeviceError(
          `${owner}: another run overwrote what layer "${step.node.name}" reads. Finish the layers first, or use a second session.`,
        );
      }
      own = ++writes.count;
      const written = own;
      const prepared = resources.steps[index];
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
  const start = performance.now();
  await device.guard(`${node.op} "${node.name}"`, () => {
    const encoder = device.gpuDevice.createCommandEncoder({ label: node.name });
    const pass = encoder.beginComputePass({ timestampWrites: timer?.timestampWrites(0) });
    encodeStep(pass, prepared);
    pass.end();
    timer?.resolve(encoder);
    queue.submit([encoder.finish()]);
  });
  if (timer !== undefined) return (await timer.read())[0];
  await queue.onSubmittedWorkDone();
  return (performance.now() - start) * 1000;
}

/** @param written the count of writes when the value was computed */
async function readValue(host: LayerHost, name: string, written: number): Promise<Tensor> {
  const { device, owner } = host;
  const assertCurrent = (): void => {
    host.assertAlive();
    if (written === host.writes.count) return;
    throw new DeviceError(
      `layer "${name}": its memory has been reused since. Read a layer before asking for the next one or running again.`,
    );
  };
  assertCurrent();
  const { buffer, offset, size } = host.resources.locate(name);
  const staging = await device.createBuffer({
    label: `${owner}/${name}/read`,
    owner,
    purpose: 'readback',
    sizeBytes: size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    await device.guard(`${owner}: reading "${name}"`, () => {
      // Making the buffer took a moment, in which something else may have run.
      assertCurrent();
      const encoder = device.gpuDevice.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
      device.gpuDevice.queue.submit([encoder.finish()]);
    });
    await staging.mapAsync(GPUMapMode.READ);
    return unpackOutput(host.typeOf(name), staging.getMappedRange(), 0);
  } finally {
    device.destroyBuffer(staging);
  }
}

/** A step for reports; `type` is its output's as the caller's graph has it. */
export function describeStep({ node, kernel, dispatch }: Step, type: TensorType): LayerReport {
  return {
    name: node.name,
    op: node.op,
    kernel: kernel?.name ?? 'none',
    dtype: type.dtype,
    shape: type.shape,
    quantization: type.quantization,
    operations: dispatch?.cost.operations ?? 0,
    bytes: dispatch?.cost.bytes ?? 0,
  };
}
