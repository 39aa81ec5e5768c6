import probeInt8 from '../../shaders/probe-int8.wgsl';
import type { Engine, EngineSpeeds } from './capabilities.ts';
import type { Device } from './device.ts';
import { specializeShader } from './shader.ts';

const workgroupSize = 64;
const kWords = 64;
/** Products of one invocation: 4 rows × 4 columns × 4 codes a word. */
const productsPerWord = 64;
const rounds = 2;
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
    const contestants = pipelines.map(({ pipeline, layout }, index) => {
      const entries = buffers.map((resource, binding) => ({ binding: binding + 1, resource: { buffer: resource } }));
      const bindGroup = device.gpuDevice.createBindGroup({ layout, entries });
      return new Contestant(engines[index], (workgroups) => time(device, pipeline, bindGroup, workgroups));
    });
    for (const contestant of contestants) await contestant.grow();
    // In turns, so that what else the machine does hits all of them; the best of each counts.
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) await contestant.measure();
    }
    const speeds: Partial<Record<Engine, number>> = {};
    for (const contestant of contestants) speeds[contestant.engine] = contestant.operationsPerSecond;
    return speeds;
  } finally {
    for (const made of buffers) device.destroyBuffer(made);
  }
}

/**
 * One engine's measurement: the difference between a small and a large launch, so that what a submission costs by itself,
 * which can be more than the work, drops out.
 */
class Contestant {
  readonly engine: Engine;
  readonly #launch: (workgroups: number) => Promise<number>;
  #workgroups = 4;
  #small = Infinity;
  #large = Infinity;

  /** @param launch runs so many workgroups and gives the milliseconds */
  constructor(engine: Engine, launch: (workgroups: number) => Promise<number>) {
    this.engine = engine;
    this.#launch = launch;
  }

  /** Warms up, and finds launches whose difference the clock can see. */
  async grow(): Promise<void> {
    await this.#launch(this.#workgroups);
    for (;;) {
      await this.measure();
      if (this.#large - this.#small >= targetMilliseconds || this.#workgroups * growth >= maxWorkgroups) return;
      this.#workgroups *= growth;
      this.#small = Infinity;
      this.#large = Infinity;
    }
  }

  async measure(): Promise<void> {
    this.#small = Math.min(this.#small, await this.#launch(this.#workgroups));
    this.#large = Math.min(this.#large, await this.#launch(this.#workgroups * growth));
  }

  get operationsPerSecond(): number {
    const operations = this.#workgroups * (growth - 1) * workgroupSize * kWords * productsPerWord * 2;
    // On a device too fast to measure, the clock's smallest step.
    return operations / (Math.max(this.#large - this.#small, 1e-3) / 1000);
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
