import { availableEngines, type Engine } from '../../src/gpu/capabilities.ts';
import type { Device } from '../../src/gpu/device.ts';
import { defaultWorkgroupSize, linearDispatch } from '../../src/ops/lib/linear-dispatch.ts';
import dotProductInt8 from '../shaders/dot-product-int8.wgsl';
import multiplyAddFloat from '../shaders/multiply-add-float.wgsl';
import multiplyAddInt from '../shaders/multiply-add-int.wgsl';
import type { Peaks } from './peaks.ts';
import { createBenchBuffer, shaderWork } from './shader-work.ts';
import type { Stopwatch, Work } from './stopwatch.ts';

/** Steps of a chain in an invocation: STEPS of the shaders, four in a row, in 8 chains. */
const chainSteps = 256 * 4 * 8;

const seedCount = 16;
const firstWorkgroups = 4;
/** A wave of workgroups over the largest GPU is a small part of these. */
const maxWorkgroups = 2 ** 18;

interface Loop {
  readonly name: string;
  readonly shader: string;
  /** The type of a chain, where the shader leaves it open, and its lanes. */
  readonly lanes?: { readonly type: string; readonly count: number };
  /** Operations of one step in one lane. */
  readonly operations: number;
}

/** The same arithmetic in chains of several widths: which keeps a device busiest depends on its registers. */
function widths(name: string, shader: string, scalar: string): readonly Loop[] {
  return [1, 2, 4].map((count) => ({
    name,
    shader,
    lanes: { type: count === 1 ? scalar : `vec${count}<${scalar}>`, count },
    operations: 2,
  }));
}

const float32Loops = widths('multiply-add-float', multiplyAddFloat, 'f32');

/** What each engine multiplies with. Operands that are unpacked once and used often cost little, so they are not counted. */
const int8Loops: Readonly<Record<Engine, readonly Loop[]>> = {
  dp4a: [{ name: 'dot-product-int8', shader: dotProductInt8, operations: 8 }],
  'f32-exact': float32Loops,
  scalar: widths('multiply-add-int', multiplyAddInt, 'i32'),
};

/** A loop that takes long enough to be timed. */
interface PreparedLoop extends Loop {
  readonly work: Work;
  readonly operations: number;
}

type ArithmeticPeaks = Pick<Peaks, 'float32OperationsPerSecond' | 'int8OperationsPerSecond'>;

/** Chains of arithmetic in registers, in as many invocations as take long enough. */
export class ArithmeticLoops {
  readonly #device: Device;
  readonly #stopwatch: Stopwatch;
  readonly #buffers: readonly GPUBuffer[];
  readonly #prepared = new Map<Loop, PreparedLoop>();

  private constructor(device: Device, stopwatch: Stopwatch, buffers: readonly GPUBuffer[]) {
    this.#device = device;
    this.#stopwatch = stopwatch;
    this.#buffers = buffers;
  }

  static async create(device: Device, stopwatch: Stopwatch): Promise<ArithmeticLoops> {
    const seeds = await createBenchBuffer(device, 'seeds', 4 * seedCount);
    const results = await createBenchBuffer(device, 'results', 16 * defaultWorkgroupSize);
    // Chains of floats tend to 1, so that no number becomes so small that processors slow down.
    const values = Float32Array.from({ length: seedCount }, (_, index) => (index === 0 ? 0.9 : 0.1 * index));
    await device.guard('seeds', () => device.gpuDevice.queue.writeBuffer(seeds, 0, values));
    const loops = new ArithmeticLoops(device, stopwatch, [seeds, results]);
    const engines = availableEngines(device.capabilities);
    for (const loop of [...float32Loops, ...engines.flatMap((engine) => int8Loops[engine])]) {
      if (!loops.#prepared.has(loop)) loops.#prepared.set(loop, await loops.#prepare(loop));
    }
    return loops;
  }

  /** Work that keeps all of the device busy. */
  get busyWork(): Work {
    return this.#prepared.get(float32Loops[0])!.work;
  }

  /** The best of several turns, and of several widths of the chains. */
  async measure(turns: number): Promise<ArithmeticPeaks> {
    const best = new Map<Loop, number>();
    for (let turn = 0; turn < turns; turn++) {
      for (const [loop, { work, operations }] of this.#prepared) {
        best.set(loop, Math.max(best.get(loop) ?? 0, operations / (await this.#stopwatch.time(work, 1))));
      }
    }
    const fastest = (loops: readonly Loop[]): number => Math.max(...loops.map((loop) => best.get(loop)!));
    const engines = availableEngines(this.#device.capabilities);
    return {
      float32OperationsPerSecond: fastest(float32Loops),
      int8OperationsPerSecond: Object.fromEntries(engines.map((engine) => [engine, fastest(int8Loops[engine])])),
    };
  }

  release(): void {
    for (const buffer of this.#buffers) this.#device.release(buffer);
  }

  async #prepare(loop: Loop): Promise<PreparedLoop> {
    const { name, shader, lanes } = loop;
    const laneCount = lanes?.count ?? 1;
    const [seeds, results] = this.#buffers;
    const launch = await shaderWork(this.#device, {
      name,
      shader,
      constants: lanes && { Lanes: lanes.type },
      buffers: [
        { buffer: seeds, sizeBytes: 4 * seedCount },
        { buffer: results, sizeBytes: 4 * laneCount * defaultWorkgroupSize },
      ],
    });
    let workgroups = firstWorkgroups;
    const work = (): Work => launch(linearDispatch(workgroups * defaultWorkgroupSize).workgroups);
    await this.#stopwatch.time(work(), 1);
    while (workgroups < maxWorkgroups && (await this.#stopwatch.time(work(), 1)) < this.#stopwatch.targetSeconds) {
      workgroups *= 2;
    }
    const operations = workgroups * defaultWorkgroupSize * chainSteps * laneCount * loop.operations;
    return { ...loop, work: work(), operations };
  }
}
