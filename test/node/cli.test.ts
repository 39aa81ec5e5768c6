import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { BuiltCli } from '../support/built-cli.ts';
import { sharedPath } from '../support/shared.ts';
import { buildTflite } from '../support/tflite-builder.ts';
import { int32s, operatorCode, singleOperator, x, y } from '../support/tflite-models.ts';
import { accumulator } from '../support/tflite-variables.ts';

const root = path.resolve(import.meta.dirname, '../..');
let cli: BuiltCli;
beforeAll(async () => {
  cli = await BuiltCli.build();
});
afterAll(() => cli.remove());

describe('arguments', () => {
  test('help and version are no errors', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await cli.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await cli.run(['run', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const option of ['--input', '--labels', '--range', '--json', '--gpu']) expect(help.stdout).toContain(option);
  });

  test.each([
    [['frobnicate'], /unknown command/],
    [['run', 'model.tflite'], /--input/],
    [['run', 'model.tflite', '--input', 'a.png', '--range', '3'], /LOW,HIGH/],
    [['run', 'model.tflite', '--input', 'a.png', '--rounding', 'up'], /tflite-single/],
    [['inspect'], /missing required argument/],
    [['doctor', '--gpu', 'quantum'], /hardware, software, auto/],
  ])('wrong usage exits with 2: %j', async (args, message) => {
    const outcome = await cli.run(args);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(message);
  });

  test('files that are no models exit with 1 and say why, without a stack', async () => {
    await writeFile(path.join(cli.folder, 'net.onnx'), Uint8Array.of(8, 7, 18, 4));
    await writeFile(path.join(cli.folder, 'text.tflite'), 'This is only text.');
    for (const [file, message] of [
      ['net.onnx', /ONNX comes with a later version/],
      ['text.tflite', /"TFL3"/],
      ['nothing.tflite', /there is no such file/],
    ] as const) {
      const outcome = await cli.run(['inspect', file]);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(message);
      expect(outcome.stderr).not.toMatch(/\n\s+at /);
    }
    const { code, stdout } = await cli.run(['inspect', 'net.onnx', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: { name: 'FormatError', message: expect.stringContaining('net.onnx') },
    });
  });
});

test('inspect lists the layers of a model that cannot run, and why it cannot', async () => {
  const model = buildTflite({
    tensors: [x(1, 4, 4, 3), { name: 'hidden', shape: [1, 4, 4, 3] }, y(1, 7)],
    operators: [
      { code: operatorCode.RELU, inputs: [0], outputs: [1] },
      { code: operatorCode.CUSTOM, customCode: 'Detect', inputs: [1], outputs: [2] },
    ],
    inputs: [0],
    outputs: [2],
  });
  await writeFile(path.join(cli.folder, 'custom.tflite'), model);
  const text = await cli.run(['inspect', 'custom.tflite']);
  expect(text).toMatchObject({ code: 1, stderr: '' });
  expect(text.stdout).toMatch(/^hidden +relu +1x4x4x3 +float32 .* relu-float$/m);
  expect(text.stdout).toMatch(/^y +CUSTOM "Detect" +1x7 +FLOAT32 +28 B +unsupported$/m);
  expect(text.stdout).toMatch(/^not supported: CUSTOM "Detect" ×1\n {2}CUSTOM "Detect": there is no such operator/m);
  const { code, stdout } = await cli.run(['inspect', 'custom.tflite', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    layers: [{ op: 'relu' }, { op: 'CUSTOM "Detect"', kernel: 'unsupported', reason: expect.any(String) }],
    unsupported: { 'CUSTOM "Detect"': 1 },
  });
  await writeFile(path.join(cli.folder, 'custom.bin'), new Uint8Array(4 * 48));
  const run = await cli.run(['run', 'custom.tflite', '--input', 'custom.bin']);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(/not supported: operators CUSTOM "Detect" ×1.*quadot inspect/s);
});

test('run carries what a model remembers along a stream', async () => {
  await writeFile(path.join(cli.folder, 'sum.tflite'), accumulator([100, 0]));
  await writeFile(path.join(cli.folder, 'steps.bin'), new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
  const run = async (...args: readonly string[]): Promise<number[]> => {
    const outcome = await cli.run(['run', 'sum.tflite', '--input', 'steps.bin', '--json', ...args]);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { results } = JSON.parse(outcome.stdout) as { results: { outputs: { y: { range: { max: number } } } }[] };
    return results.map(({ outputs }) => outputs.y.range.max);
  };
  expect(await run()).toEqual([101, 103, 105]);
  expect(await run('--stream')).toEqual([101, 104, 109]);
  await writeFile(path.join(cli.folder, 'plain.tflite'), singleOperator(operatorCode.RELU, [x(1, 2), y(1, 2)]));
  const refused = await cli.run(['run', 'plain.tflite', '--input', 'steps.bin', '--stream']);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/the model remembers nothing/) as string });
});

test('run changes a batch that shapes in the file depend on', async () => {
  // Reshaped to what SHAPE says of the input, so that no other batch can be given to the graph later.
  const model = buildTflite({
    tensors: [x(1, 2, 3), { name: 'shape', shape: [3], type: 2 }, { name: 'flat', shape: [6] }, int32s(-1), y(1, 2, 3)],
    operators: [
      { code: 77, inputs: [0], outputs: [1], options: [55, { 0: { int8: 2 } }] },
      { code: operatorCode.RESHAPE, inputs: [0, 3], outputs: [2] },
      { code: operatorCode.RESHAPE, inputs: [2, 1], outputs: [4] },
    ],
    inputs: [0],
    outputs: [4],
  });
  await writeFile(path.join(cli.folder, 'shapes.tflite'), model);
  await writeFile(
    path.join(cli.folder, 'four.bin'),
    new Uint8Array(Float32Array.from({ length: 24 }, (_, at) => at).buffer),
  );
  const outcome = await cli.run(['run', 'shapes.tflite', '--input', 'four.bin', '--batch', '2', '--json']);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  const { results } = JSON.parse(outcome.stdout) as { results: { outputs: { y: { range: { max: number } } } }[] };
  expect(results.map(({ outputs }) => outputs.y.range.max)).toEqual([5, 11, 17, 23]);
});

const resnet = sharedPath('models', 'mlperf-tiny', 'pretrainedResnet_quant.tflite');
const goldens = ['cifar0', 'cifar1'].map((name) =>
  sharedPath('models', 'expected', `pretrainedResnet_quant.${name}.safetensors`)!,
);

describe.skipIf(resnet === null)('a model', () => {
  test('inspect lists what runs', async () => {
    const { code, stdout } = await cli.run(['inspect', resnet!, '--json']);
    expect(code).toBe(0);
    const { layers, ...summary } = JSON.parse(stdout) as { layers: Record<string, unknown>[]; [key: string]: unknown };
    // 12.5 million, as published for MLPerf Tiny's ResNet.
    expect(summary).toMatchObject({
      model: { format: 'tflite', fileBytes: 98496 },
      inputs: { input_1_int8: { dtype: 'int8', shape: [1, 32, 32, 3] } },
      multiplyAccumulates: 12501632,
      metadata: null,
      unsupported: {},
    });
    expect(layers.filter(({ op }) => op === 'conv2d')).toHaveLength(9);
    for (const layer of layers) expect(layer).toHaveProperty('kernel');
    const text = await cli.run(['inspect', resnet!]);
    expect(text.stdout).toMatch(/12\.5 M multiply-accumulates/);
  });

  test('a file of several samples, run in batches that do not divide them', async () => {
    const samples = await Promise.all(
      goldens.map(async (file) => readSafetensors(await readFile(file)).tensors.get('input:input_1_int8')!),
    );
    const [first, second] = samples.map(({ data }) => data as Int8Array);
    await writeFile(path.join(cli.folder, 'three.bin'), Uint8Array.from([...first, ...second, ...first]));
    const classesOf = async (args: readonly string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await cli.run(['run', resnet!, '--input', 'three.bin', '--json', ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { results } = JSON.parse(stdout) as {
        results: { input: string; outputs: Record<string, { top: unknown[] }> }[];
      };
      return results.map(({ input, outputs }) => [input, outputs['Identity_int8'].top]);
    };
    const alone = await classesOf([]);
    expect(alone).toMatchObject([
      ['three.bin[0]', expect.anything()],
      ['three.bin[1]', expect.anything()],
      ['three.bin[2]', expect.anything()],
    ]);
    expect(await classesOf(['--batch', '2'])).toEqual(alone);
  });

  test('labels, layers and profile are printed', async () => {
    await writeFile(
      path.join(cli.folder, 'labels.txt'),
      'airplane automobile bird cat deer dog frog horse ship truck'.replaceAll(' ', '\n'),
    );
    const args = [
      'run',
      resnet!,
      '--input',
      goldens[0],
      '--labels',
      'labels.txt',
      '--top',
      '2',
      '--layers',
      '--profile',
    ];
    const { code, stdout } = await cli.run(args);
    expect(code).toBe(0);
    const { data } = readSafetensors(await readFile(goldens[0])).tensors.get('output:Identity_int8')!;
    const best = Array.from(data).indexOf(Math.max(...data));
    const names = (await readFile(path.join(cli.folder, 'labels.txt'), 'utf8')).split('\n');
    expect(stdout).toMatch(new RegExp(`%\\s+${best}\\s+${names[best]}\n`));
    expect(stdout).toMatch(/in all layers, medians of 10 runs/);
    expect(stdout).toMatch(/latency [\d.]+ ms/);
  });

  test('wrong inputs say what was expected', async () => {
    await writeFile(path.join(cli.folder, 'short.bin'), new Uint8Array(100));
    await writeFile(path.join(cli.folder, 'other.safetensors'), writeSafetensors({}));
    for (const [file, code, message] of [
      ['short.bin', 2, /100 elements are no whole number of samples of 3072/],
      ['other.safetensors', 2, /no tensor "input:input_1_int8"/],
      ['labels.png', 1, /no such file/],
    ] as const) {
      const outcome = await cli.run(['run', resnet!, '--input', file]);
      expect(outcome.code, outcome.stderr).toBe(code);
      expect(outcome.stderr).toMatch(message);
    }
  });
});

const images = sharedPath('data', 'images');
const mobilenet = sharedPath('models', 'mobilenet', 'mobilenet_v1_0.25_128_quant.tflite');

// Both end in a softmax, which the oracle approximates and may be one step off; on these images it is not.
describe.each([
  ['pretrainedResnet_quant', resnet, ['cifar0']],
  ['mobilenet_v1_0.25_128_quant', mobilenet, ['cat']],
])('%s', (name, model, samples) => {
  test.skipIf(model === null).each(samples)('%s: what --output writes is what the oracle has', async (sample) => {
    const golden = sharedPath('models', 'expected', `${name}.${sample}.safetensors`)!;
    const args = ['--rounding', 'tflite-double', '--output', 'out.safetensors', '--json'];
    const { code, stderr } = await cli.run(['run', model!, '--input', golden, ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const expected = [...readSafetensors(await readFile(golden)).tensors].filter(([key]) => key.startsWith('output:'));
    const { tensors } = readSafetensors(await readFile(path.join(cli.folder, 'out.safetensors')));
    expect([...tensors.keys()]).toEqual(expected.map(([key]) => key));
    for (const [key, tensor] of expected) {
      expect(tensors.get(key), key).toEqual(tensor);
    }
  });
});

test.skipIf(mobilenet === null)('inspect tells what the model says of itself', async () => {
  const text = await cli.run(['inspect', mobilenet!]);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toMatch(/^ImageClassifier: Identify the most prominent object/m);
  expect(text.stdout).toMatch(/image rgb; \(x - 127\.5\) \/ 127\.5$/m);
  expect(text.stdout).toMatch(/1001 labels: "background", …$/m);
  const { stdout } = await cli.run(['inspect', mobilenet!, '--json']);
  const { metadata } = JSON.parse(stdout) as { metadata: { outputs: { labels: string[] }[] } };
  expect(metadata.outputs[0].labels).toHaveLength(1001);
});

test.skipIf(images === null || mobilenet === null)(
  'photographs are named, by the labels that the model has',
  async () => {
    const photographs = ['cat', 'sunflower'].map((name) => path.join(images!, `${name}.bmp`));
    const { code, stdout } = await cli.run(['run', mobilenet!, '--input', ...photographs, '--json']);
    expect(code).toBe(0);
    const { results } = JSON.parse(stdout) as { results: { outputs: Record<string, { top: { label: string }[] }> }[] };
    const names = results.map(({ outputs }) => Object.values(outputs)[0].top[0].label);
    expect(names).toEqual([expect.stringMatching(/cat/), 'daisy']);
  },
);
