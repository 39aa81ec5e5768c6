import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { create } from 'webgpu';
import { afterAll, describe, expect, test } from 'vitest';
import { describeCapabilities } from '../../src/gpu/capabilities.ts';
import { PipelineCache } from '../../src/gpu/pipelines.ts';
import { shaderLibrary } from '../../src/gpu/shader-library.ts';
import { specializeShader, type SpecializedShader } from '../../src/gpu/shader.ts';
import { encodeShader, resizeShader, warpShader, type ChannelOrder } from '../../src/runtime/image-programs.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import { enterCompileLane, type CompileTarget } from '../support/compile-lane.ts';

// Dawn's null backend checks WGSL in about half a millisecond, and offers every feature.
const folder = path.resolve(import.meta.dirname, '../../shaders');
const kernels = readdirSync(folder).filter((name) => name.endsWith('.wgsl'));

/** What kernels of this library may ask for, now or later; the null backend has more. */
const wantedFeatures = ['shader-f16', 'subgroups', 'timestamp-query', 'chromium-experimental-subgroup-matrix'] as const;

// Dawn frees the instance with this object, and with it the ground under its devices.
const gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);

/** A device that compiles, with the default limits of its feature level, and what it compiled. */
interface Target extends CompileTarget {
  readonly name: string;
  readonly device: GPUDevice;
  readonly texts: Set<string>;
}

async function openTarget(name: string, featureLevel: string, hasFeatures: boolean): Promise<Target> {
  const adapter = (await gpu.requestAdapter({ featureLevel }))!;
  const requiredFeatures = hasFeatures ? ([...adapter.features] as GPUFeatureName[]) : [];
  const device = await adapter.requestDevice({ requiredFeatures });
  const pipelines = new PipelineCache(device);
  const texts = new Set<string>();
  return {
    name,
    device,
    texts,
    // Some tiles are for software adapters with subgroups only; every other is compiled by its name.
    capabilities: { ...describeCapabilities(gpu, adapter, device), isSoftware: hasFeatures },
    compile: (shader) => {
      texts.add(shader.text);
      return pipelines.get(shader);
    },
  };
}

const everyFeature = await openTarget('every feature', 'core', true);
const noFeature = await openTarget('no feature', 'core', false);
const compatibility = await openTarget('compatibility', 'compatibility', false);
const targets = [everyFeature, noFeature, compatibility];

afterAll(() => {
  for (const { device } of targets) device.destroy();
});

async function compileEverywhere(shader: SpecializedShader): Promise<void> {
  for (const { compile } of targets) await compile(shader);
}

describe('the devices that compile', () => {
  test('have all features or none, and no more than the default limits', () => {
    const featuresOf = ({ device }: Target): unknown[] => [...device.features];
    expect(featuresOf(everyFeature)).toEqual(expect.arrayContaining([...wantedFeatures]));
    expect(featuresOf(noFeature)).toEqual(['core-features-and-limits']);
    expect(featuresOf(compatibility)).toEqual([]);
    const limitsOf = ({ device: { limits } }: Target): number[] => [
      limits.maxComputeInvocationsPerWorkgroup,
      limits.maxComputeWorkgroupSizeX,
      limits.maxComputeWorkgroupSizeY,
      limits.maxComputeWorkgroupSizeZ,
      limits.maxComputeWorkgroupStorageSize,
      limits.maxStorageBuffersPerShaderStage,
    ];
    expect(limitsOf(everyFeature)).toEqual([256, 256, 256, 64, 16384, 8]);
    expect(limitsOf(noFeature)).toEqual([256, 256, 256, 64, 16384, 8]);
    expect(limitsOf(compatibility)).toEqual([128, 128, 128, 64, 16384, 8]);
  });

  const declare = (count: number): string =>
    Array.from({ length: count }, (_, i) => `@group(0) @binding(${i}) var<storage, read_write> b${i}: u32;`).join('\n');
  const use = (count: number): string => Array.from({ length: count }, (_, i) => `b${i} = 1;`).join(' ');
  const shader = (size: string, words: number, buffers: number): string =>
    `${declare(buffers)} var<workgroup> w: array<u32, ${words}>;
     @compute @workgroup_size(${size}) fn main() { w[0] = 1; ${use(buffers)} }`;

  test.each([
    ['as many invocations as compatibility mode allows', shader('128', 1, 1), 3],
    ['as many invocations as the default allows', shader('256', 1, 1), 2],
    ['one more', shader('257', 1, 1), 0],
    ['too many in two dimensions', shader('32, 16', 1, 1), 0],
    ['too deep a workgroup', shader('1, 1, 65', 1, 1), 0],
    ['all workgroup memory', shader('64', 4096, 1), 3],
    ['more workgroup memory', shader('64', 4097, 1), 0],
    ['eight storage buffers', shader('64', 1, 8), 3],
    ['nine storage buffers', shader('64', 1, 9), 0],
    ['f16 without its feature', `enable f16; ${shader('64', 1, 1)}`, 1],
  ])('hold shaders to the limits: %s', async (name, text, accepting) => {
    const results = await Promise.allSettled(
      targets.map(({ device }) => {
        // The refusal of a layout also reaches the device.
        device.pushErrorScope('validation');
        const pipeline = new PipelineCache(device).get(specializeShader(name, text));
        void device.popErrorScope();
        return pipeline;
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(accepting);
  });
});

describe('as they stand', () => {
  test.each(kernels)('%s', (file) =>
    compileEverywhere(specializeShader(file, readFileSync(path.join(folder, file), 'utf8'))),
  );

  test('no library file is left unused', () => {
    const root = path.resolve(import.meta.dirname, '../..');
    const texts = ['src', 'shaders']
      .flatMap((top) =>
        readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' }).map((file) => path.join(top, file)),
      )
      .filter((file) => ['.ts', '.wgsl'].includes(path.extname(file)) && !file.endsWith('shader-library.ts'))
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n');
    // Imported by a shader, or named by a host: literally, or as a prefix with a variable end.
    const isNamed = (name: string): boolean =>
      new RegExp(`//#import ${name}$`, 'm').test(texts) ||
      texts.includes(`'${name}'`) ||
      name.split('-').some((_, index, parts) => texts.includes(`\`${parts.slice(0, index + 1).join('-')}-\${`));
    expect(Object.keys(shaderLibrary).filter((name) => !isNamed(name))).toEqual([]);
  });
});

describe('images', () => {
  const types = [
    ...(['int8', 'uint8'] as const).map((dtype) => ({ dtype, quantization: perTensor(0.5, 3) })),
    { dtype: 'float32' as const },
  ];
  const orders: readonly ChannelOrder[] = ['rgb', 'bgr'];
  test.each(types)('$dtype', async (type) => {
    for (const channels of [1, 3]) {
      for (const order of orders) {
        for (const startsWithBlue of [false, true]) {
          await compileEverywhere(encodeShader({ ...type, shape: [2, 5, 7, channels] }, order, startsWithBlue));
        }
      }
    }
  });
  test('resized and warped', async () => {
    for (const made of [resizeShader('rows'), resizeShader('columns'), warpShader()]) await compileEverywhere(made);
  });
});

// The conformance cases of every op, registered once more in a lane that compiles what they would run.
enterCompileLane(() => targets);
const suites = path.resolve(import.meta.dirname, '../ops');
for (const file of readdirSync(suites)) await import(path.join(suites, file));

describe('all of them', () => {
  test('variants that need a feature compile where it is on, and no others are chosen without', () => {
    const enabling = ({ texts }: Target): string[] =>
      [...new Set([...texts].flatMap((text) => text.match(/^enable .*$/gm) ?? []))].sort();
    expect(enabling(everyFeature)).toEqual(['enable subgroups;']);
    expect(enabling(noFeature)).toEqual([]);
    expect(enabling(compatibility)).toEqual([]);
    console.log(targets.map(({ name, texts }) => `${texts.size} shader variants compile with ${name}`).join('\n'));
  });
});
