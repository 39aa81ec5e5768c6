import { availableEngines, type Engine } from '../../src/gpu/capabilities.ts';
import type { Device } from '../../src/gpu/device.ts';
import { defaultWorkgroupSize, linearDispatch } from '../../src/ops/lib/linear-dispatch.ts';
import dotProductInt8 from '../shaders/dot-product-int8.wgsl';
import multiplyAddFloat from '../shaders/multiply-add-float.wgsl';
import multiplyAddInt from '../shaders/multiply-add-int.wgsl';
import type { Peaks } from './peaks.ts';
import { createBenchBuffer, shaderWork } from './shader-work.ts';
import type { Stopwatch, Work } from './stopwatch.ts';

/** Times that an invocation goes round the shaders' loops, and their chains. */
const steps = 256;
const chains = 8;

const seedCount = 16;
const firstWorkgroups = 4;
/** A wave of workgroups over the largest GPU is a small part of these. */
const maxWorkgroups = 2 ** 18;

interface Loop {
  readonly name: string;
  readonly shader: string;
  /** The type of a chain, where the shader leaves it open. */
  readonly type?: string;
  /** Of a chain. */
  readonly lanes: number;
  /** Of one lane in one round of the loop. */
  readonly operationsPerStep: number;
}

/** The same arithmetic in chains of several widths: which keeps a device busiest depends on its registers. */
function widths(name: string, shader: string, scalar: string): readonly Loop[] {
  return [1, 2, 4].map((lanes) => ({
    name,
    shader,
    type: lanes === 1 ? scalar : `vec${lanes}<${scalar}>`,
    lanes,
    // Four multiply-adds.
    operationsPerStep: 4 * 2,
  }));
}

const float32Loops = widths('multiply-add-float', multiplyAddFloat, 'f32');

/** What each engine multiplies with. Operands that are unpacked once and used often cost little, so they are not counted. */
const int8Loops: Readonly<Record<Engine, readonly Loop[]>> = {
  dp4a: [{ name: 'dot-product-int8', shader: dotProductInt8, lanes: 1, operationsPerStep: 4 * 8 }],
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
    const { capabilities, engineSpeeds } = this.#device;
    // Emulated dot products gain from words that are unpacked once and used several times, which the chains have none of
    // and the probe at the device's opening has.
    const speedOf = (engine: Engine): number => Math.max(fastest(int8Loops[engine]), engineSpeeds[engine] ?? 0);
    return {
      float32OperationsPerSecond: fastest(float32Loops),
      int8OperationsPerSecond: Object.fromEntries(
        availableEngines(capabilities).map((engine) => [engine, speedOf(engine)]),
      ),
    };
  }

  release(): void {
    for (const buffer of this.#buffers) this.#device.release(buffer);
  }

  async #prepare(loop: Loop): Promise<PreparedLoop> {
    const { name, shader, type, lanes, operationsPerStep } = loop;
    const [seeds, results] = this.#buffers;
    const launch = await shaderWork(this.#device, {
      name,
      shader,
      constants: type === undefined ? {} : { Lanes: type },
      buffers: [
        { buffer: seeds, sizeBytes: 4 * seedCount },
        { buffer: results, sizeBytes: 4 * lanes * defaultWorkgroupSize },
      ],
    });
    let workgroups = firstWorkgroups;
    const work = (): Work => launch(linearDispatch(workgroups * defaultWorkgroupSize).workgroups);
    await this.#stopwatch.time(work(), 1);
    while (workgroups < maxWorkgroups && (await this.#stopwatch.time(work(), 1)) < this.#stopwatch.targetSeconds) {
      workgroups *= 2;
    }
    const operations = workgroups * defaultWorkgroupSize * steps * chains * lanes * operationsPerStep;
    return { ...loop, work: work(), operations };
  }
}
