import type { Device } from '../../src/gpu/device.ts';
import { specializeShader, type Specialization } from '../../src/gpu/shader.ts';
import type { Work } from './stopwatch.ts';

/** One launch of a shader that belongs to no op. */
export interface ShaderLaunch extends Specialization {
  readonly name: string;
  /** Text of the `.wgsl` file. */
  readonly shader: string;
  /** Bound at 1, 2, …, as the ops' kernels do; each as a range from its beginning. */
  readonly buffers: readonly { readonly buffer: GPUBuffer; readonly sizeBytes: number }[];
}

/** @returns work for any number of workgroups */
export async function shaderWork(
  device: Device,
  { name, shader, buffers, ...specialization }: ShaderLaunch,
): Promise<(workgroups: readonly [number, number, number]) => Work> {
  const { pipeline, layout } = await device.pipelines.get(specializeShader(name, shader, specialization));
  const entries = buffers.map(({ buffer, sizeBytes }, index) => ({
    binding: index + 1,
    resource: { buffer, size: sizeBytes },
  }));
  const bindGroup = await device.guard(name, () => device.gpuDevice.createBindGroup({ label: name, layout, entries }));
  return (workgroups) => ({
    label: name,
    encode(pass) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...workgroups);
    },
  });
}

/** A buffer that kernels of the benchmark read or write; give it back with `device.release`. */
export function createBenchBuffer(device: Device, label: string, sizeBytes: number): Promise<GPUBuffer> {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  return device.createBuffer({ label: `bench/${label}`, owner: 'bench', purpose: 'bench', sizeBytes, usage });
}
