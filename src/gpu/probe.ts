import probeInt8 from '../../shaders/probe-int8.wgsl';
import type { Engine } from './capabilities.ts';
import { PipelineCache } from './pipelines.ts';
import { specializeShader } from './shader.ts';

/** int8 operations per second (a multiply-accumulate is two) of a small register-tiled product, by engine. */
export type EngineSpeeds = Readonly<Partial<Record<Engine, number>>>;

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
export async function probeEngines(device: GPUDevice, engines: readonly Engine[]): Promise<EngineSpeeds> {
  const words = device.createBuffer({ label: 'probe/words', size: 4 * kWords * 8, usage: GPUBufferUsage.STORAGE });
  const sums = device.createBuffer({ label: 'probe/sums', size: 4 * workgroupSize, usage: GPUBufferUsage.STORAGE });
  try {
    const cache = new PipelineCache(device);
    const speeds: Partial<Record<Engine, number>> = {};
    const probes = engines.map(async (engine) => {
      const imports = { 'engine-dp4a': `engine-${engine}` };
      const { pipeline, layout } = await cache.get(specializeShader('probe-int8', probeInt8, { imports }));
      const entries = [words, sums].map((buffer, index) => ({ binding: index + 1, resource: { buffer } }));
      return { engine, pipeline, bindGroup: device.createBindGroup({ layout, entries }) };
    });
    // Compiled together, measured one after the other.
    for (const { engine, pipeline, bindGroup } of await Promise.all(probes)) {
      speeds[engine] = await measure(device, pipeline, bindGroup);
    }
    return speeds;
  } finally {
    words.destroy();
    sums.destroy();
  }
}

/**
 * Operations per second from the difference between a small and a large launch, so that what a submission costs by
 * itself, which can be more than the work, drops out.
 */
async function measure(device: GPUDevice, pipeline: GPUComputePipeline, bindGroup: GPUBindGroup): Promise<number> {
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
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  bindGroup: GPUBindGroup,
  workgroups: number,
): Promise<number> {
  const encoder = device.createCommandEncoder({ label: 'probe' });
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(workgroups);
  pass.end();
  const commands = encoder.finish();
  await device.queue.onSubmittedWorkDone();
  const start = performance.now();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  return performance.now() - start;
}
