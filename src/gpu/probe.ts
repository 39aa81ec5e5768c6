import probeInt8 from '../../shaders/probe-int8.wgsl';
import type { Engine, EngineSpeeds } from './capabilities.ts';
import type { Device } from './device.ts';
import { specializeShader } from './shader.ts';

const workgroupSize = 64;
const kWords = 64;
/** Products of one invocation: 4 rows × 4 columns × 4 codes a word. */
const productsPerWord = 64;
const attempts = 2;
/** Enough work that a slow device is measured above the clock's resolution, little enough that a fast one is instant. */
const targetMilliseconds = 2;
const maxWorkgroups = 16384;
const growth = 4;

/**
 * Measures each engine's inner loop on this device. What a driver reports about dot products says nothing of their
 * speed, so the choice is made by running them; a few milliseconds each.
 */
export async function probeEngines(device: Device, engines: readonly Engine[]): Promise<EngineSpeeds> {
  const buffer = (label: string, sizeBytes: number): Promise<GPUBuffer> =>
    device.createBuffer({ label, owner: 'probe', purpose: 'probe', sizeBytes, usage: GPUBufferUsage.STORAGE });
  const buffers = [await buffer('probe/words', 4 * kWords * 8), await buffer('probe/sums', 4 * workgroupSize)];
  try {
    const pipelines = await Promise.all(
      engines.map((engine) => {
        const imports = { 'engine-dp4a': `engine-${engine}` };
        return device.pipelines.get(specializeShader('probe-int8', probeInt8, { imports }));
      }),
    );
    const speeds: Partial<Record<Engine, number>> = {};
    // Compiled together, measured one after the other.
    for (const [index, { pipeline, layout }] of pipelines.entries()) {
      const entries = buffers.map((resource, binding) => ({ binding: binding + 1, resource: { buffer: resource } }));
      const bindGroup = device.gpuDevice.createBindGroup({ layout, entries });
      speeds[engines[index]] = await measure(device, pipeline, bindGroup);
    }
    return speeds;
  } finally {
    for (const made of buffers) device.destroyBuffer(made);
  }
}

/**
 * Operations per second from the difference between a small and a large launch, so that what a submission costs by
 * itself, which can be more than the work, drops out.
 */
async function measure(device: Device, pipeline: GPUComputePipeline, bindGroup: GPUBindGroup): Promise<number> {
  let workgroups = 4;
  await time(device, pipeline, bindGroup, workgroups);
  for (;;) {
    let small = Infinity;
    let large = Infinity;
    for (let attempt = 0; attempt < attempts; attempt++) {
      small = Math.min(small, await time(device, pipeline, bindGroup, workgroups));
      large = Math.min(large, await time(device, pipeline, bindGroup, workgroups * growth));
    }
    if (large - small >= targetMilliseconds || workgroups * growth > maxWorkgroups) {
      const operations = workgroups * (growth - 1) * workgroupSize * kWords * productsPerWord * 2;
      return operations / (Math.max(large - small, 1e-3) / 1000);
    }
    workgroups *= growth;
  }
}

async function time(
  device: Device,
  pipeline: GPUComputePipeline,
  bindGroup: GPUBindGroup,
  workgroups: number,
): Promise<number> {
  const { queue } = device.gpuDevice;
  const encoder = device.gpuDevice.createCommandEncoder({ label: 'probe' });
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(workgroups);
  pass.end();
  const commands = encoder.finish();
  await queue.onSubmittedWorkDone();
  const start = performance.now();
  const submitted = device.guard('probe', () => queue.submit([commands]));
  await queue.onSubmittedWorkDone();
  const milliseconds = performance.now() - start;
  await submitted;
  return milliseconds;
}
