import probeInt8 from '../../shaders/probe-int8.wgsl';
import type { Engine, EngineSpeeds } from './capabilities.ts';
import type { Device } from './device.ts';
import { specializeShader } from './shader.ts';

const workgroupSize = 64;
const kWords = 64;
/** Products of one invocation: 4 rows × 4 columns × 4 codes a word. */
const productsPerWord = 64;
const turns = 3;
/** Long beside a submission's own cost, short beside opening a device. */
const targetMilliseconds = 4;
const maxWorkgroups = 32768;
/** Browsers coarsen clocks; no time is below this. */
const clockMilliseconds = 0.1;

/**
 * Measures each engine's inner loop on this device. What a driver reports about dot products says nothing of their
 * speed, so the choice is made by running them; a few milliseconds each.
 */
export async function probeEngines(
  device: Device,
  engines: readonly Engine[],
  signal?: AbortSignal,
): Promise<EngineSpeeds> {
  const buffer = (label: string, sizeBytes: number): Promise<GPUBuffer> =>
    device.createBuffer({ label, owner: 'probe', purpose: 'probe', sizeBytes, usage: GPUBufferUsage.STORAGE });
  const buffers = [await buffer('probe/words', 4 * kWords * 8), await buffer('probe/sums', 4 * workgroupSize)];
  try {
    const pipelines = await Promise.all(
      engines.map((engine) => {
        const imports = { 'engine-dp4a': `engine-${engine}` };
        return device.compile(specializeShader('probe-int8', probeInt8, { imports }));
      }),
    );
    const launches = pipelines.map(({ pipeline, layout }) => {
      const entries = buffers.map((resource, binding) => ({ binding: binding + 1, resource: { buffer: resource } }));
      const bindGroup = device.gpuDevice.createBindGroup({ layout, entries });
      return (workgroups: number) => {
        signal?.throwIfAborted();
        return time(device, pipeline, bindGroup, workgroups);
      };
    });
    const { workgroups, milliseconds } = await race(launches);
    const operations = workgroups * workgroupSize * kWords * productsPerWord * 2;
    const speeds: Partial<Record<Engine, number>> = {};
    engines.forEach((engine, index) => (speeds[engine] = operations / (milliseconds[index] / 1000)));
    return speeds;
  } finally {
    for (const made of buffers) device.release(made);
  }
}

/**
 * The best time of each launch at one size that takes all of them long enough to be seen beside what a submission costs
 * by itself. They take turns, so that what else the machine does hits all, and the best of several turns counts.
 * @param launches each runs so many workgroups and gives the milliseconds
 */
async function race(
  launches: readonly ((workgroups: number) => Promise<number>)[],
): Promise<{ workgroups: number; milliseconds: readonly number[] }> {
  let workgroups = 8;
  const turn = async (): Promise<number[]> => {
    const times: number[] = [];
    for (const launch of launches) times.push(await launch(workgroups));
    return times;
  };
  // The first turn pays for what drivers put off until then.
  await turn();
  let milliseconds = await turn();
  while (Math.min(...milliseconds) < targetMilliseconds && workgroups < maxWorkgroups) {
    workgroups *= 2;
    milliseconds = await turn();
  }
  for (let more = 1; more < turns; more++) {
    const times = await turn();
    milliseconds = milliseconds.map((best, index) => Math.min(best, times[index]));
  }
  return { workgroups, milliseconds: milliseconds.map((best) => Math.max(best, clockMilliseconds)) };
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
  await device.settle('probe', queue.onSubmittedWorkDone());
  const start = performance.now();
  const submitted = device.guard('probe', () => queue.submit([commands]));
  const finished = device.settle('probe', queue.onSubmittedWorkDone()).then(() => performance.now() - start);
  const [milliseconds] = await Promise.all([finished, submitted]);
  return milliseconds;
}
