import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../src/errors.ts';
import { readNpy } from '../../src/formats/npy.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import type { Device } from '../../src/gpu/device.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { readBmp } from '../../src/node/read-bmp.ts';
import { compile } from '../../src/runtime/compile.ts';
import { inspectGraph } from '../../src/runtime/inspect-graph.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type Attempt, attempt, Tally } from '../support/corrupted-load.ts';
import { observeReads, targetOf } from '../support/corruption.ts';
import { testDevice } from '../support/device.ts';
import { checkSession } from '../support/session-check.ts';
import { sharedPath } from '../support/shared.ts';
import { bmpFile, npyFile, npyHeader } from '../support/small-files.ts';

// A seed damages a file always in the same way. `QUADOT_SEED=NAME:SEED npm run soak -- test/soak/corrupted-files.test.ts`
// repeats a single one.

interface Model {
  readonly path: string;
  readonly cases: number;
  /** Of those that load, every how many-th runs on the device. */
  readonly runEvery: number;
}

const models: Readonly<Record<string, Model>> = {
  'keypoint-float': { path: 'hand-gesture/keypoint_classifier.tflite', cases: 1000, runEvery: 1 },
  'resnet8-int8': { path: 'mlperf-tiny/pretrainedResnet_quant.tflite', cases: 900, runEvery: 1 },
  'mobilenet-v1-uint8': { path: 'mobilenet/mobilenet_v1_0.25_128_quant.tflite', cases: 600, runEvery: 3 },
  'mobilenet-v2-int8': { path: 'mobilenet/tf2_mobilenet_v2_1.0_224_ptq.tflite', cases: 500, runEvery: 10 },
};

/** Beyond, the reference would take minutes. */
const mostMultiplyAccumulates = 1e9;
const mostActivationBytes = 2 ** 28;

const [replayName, replaySeed] = process.env['QUADOT_SEED']?.split(':') ?? [];

/** Seeds of a file's cases: all, or the one that is to be repeated. */
function seedsOf(cases: number): number[] {
  return replayName === undefined ? Array.from({ length: cases }, (_, seed) => seed) : [Number(replaySeed)];
}

/** Does the work for every seed; what fails is told all together, each with the way to repeat it. */
async function forEverySeed(name: string, cases: number, work: (seed: number, tally: Tally) => Promise<void>) {
  const seeds = seedsOf(cases);
  const tally = new Tally();
  const failures: string[] = [];
  for (const seed of seeds) {
    try {
      await work(seed, tally);
    } catch (error) {
      const causes = [error, (error as Error).cause].flatMap((each) => (each instanceof Error ? [each.stack] : []));
      failures.push(
        `QUADOT_SEED=${name}:${seed} npm run soak -- test/soak/corrupted-files.test.ts\n${causes.join('\n')}`,
      );
    }
  }
  console.log(`${name}: ${seeds.length} damaged files: ${tally.toString()}`);
  if (failures.length > 0) expect.fail(`${failures.length} failures:\n\n${failures.slice(0, 20).join('\n\n')}`);
}

/** What is of interest when a single one is repeated. */
function tellReplay({ kind, milliseconds, error }: Attempt<unknown>): void {
  if (replayName !== undefined) console.log(`${kind}, ${milliseconds.toFixed(0)} ms: ${error?.message ?? 'read'}`);
}

const isLeftOut = (name: string): boolean => replayName !== undefined && replayName !== name;

describe.skipIf(sharedPath('models') === null)('damaged TFLite models are refused, or load and compute', () => {
  test.skipIf(replayName !== undefined)('3,000 in all', () => {
    expect(Object.values(models).reduce((sum, { cases }) => sum + cases, 0)).toBe(3000);
  });

  for (const [name, { path, cases, runEvery }] of Object.entries(models)) {
    test.skipIf(isLeftOut(name))(`${name}: ${cases} files`, async () => {
      const device = await testDevice();
      const { capabilities, engine } = device;
      const file = readFileSync(sharedPath('models', path)!);
      const target = targetOf(file, observeReads(file, tfliteGraph));
      const options = { engine, rounding: 'float', fusion: true, sharePipelines: capabilities.isSoftware } as const;
      let loads = 0;
      await forEverySeed(name, cases, async (seed, tally) => {
        const attempted = attempt(target, seed, (bytes) => {
          const graph = tfliteGraph(bytes);
          compile(graph, capabilities, options);
          return graph;
        });
        tally.add(attempted);
        tellReplay(attempted);
        const { loaded } = attempted;
        if (loaded === undefined || loads++ % runEvery !== 0) return;
        tally.count(await runOnDevice(device, loaded, seed));
      });
    });
  }
});

/** @returns what became of it, for the tally */
async function runOnDevice(device: Device, graph: Graph, seed: number): Promise<string> {
  const { multiplyAccumulates } = inspectGraph(graph);
  const bytes = Object.values(graph.values).reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
  if (multiplyAccumulates > mostMultiplyAccumulates || bytes > mostActivationBytes) return 'too large to compare';
  try {
    return (await checkSession(device, graph, seed)) > 0 ? 'run on the device as on the CPU' : 'run, none of it finite';
  } catch (error) {
    if (error instanceof DeviceError && error.reason === 'limit') return 'beyond the device’s limits';
    throw error;
  }
}

describe('damaged arrays and pictures are refused, or read as what they say', () => {
  const isWhole = ({ shape, data }: Tensor): boolean => data.length === elementCount(shape);
  const safetensors = writeSafetensors(
    {
      'layer/weights': { dtype: 'float32', shape: [4, 3], data: new Float32Array(12).fill(0.5) },
      'layer/codes': { dtype: 'int8', shape: [2, 2, 3], data: new Int8Array(12).fill(-7) },
      'layer/bias': { dtype: 'int32', shape: [4], data: new Int32Array(4).fill(9) },
      empty: { dtype: 'uint8', shape: [0, 5], data: new Uint8Array(0) },
    },
    { origin: 'a test', other: 'text' },
  );
  const readers: Readonly<Record<string, readonly [file: Uint8Array, read: (bytes: Uint8Array) => boolean]>> = {
    safetensors: [safetensors, (bytes) => [...readSafetensors(bytes).tensors.values()].every(isWhole)],
    npy: [npyFile(npyHeader('<f4', '(2, 3)'), new Float32Array(6)), (bytes) => isWhole(readNpy(bytes))],
    'npy-int64': [npyFile(npyHeader('<i8', '(4,)'), new BigInt64Array(4)), (bytes) => isWhole(readNpy(bytes))],
    bmp: [bmpFile({}), isPicture],
    'bmp-masks': [bmpFile({ bits: 32, compression: 3, masks: [0xff0000, 0xff00, 0xff] }), isPicture],
  };

  for (const [name, [file, read]] of Object.entries(readers)) {
    test.skipIf(isLeftOut(name))(`${name}: 600 files`, async () => {
      const target = targetOf(file);
      await forEverySeed(name, 600, async (seed, tally) => {
        const attempted = attempt(target, seed, read);
        tally.add(attempted);
        tellReplay(attempted);
        if (attempted.error === undefined) expect(attempted.loaded).toBe(true);
      });
    });
  }

  function isPicture(bytes: Uint8Array): boolean {
    const { width, height, data } = readBmp(bytes);
    return data.length === width * height * 4;
  }
});
