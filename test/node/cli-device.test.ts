import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { BuiltCli } from '../support/built-cli.ts';
import { sharedPath } from '../support/shared.ts';

let cli: BuiltCli;
beforeAll(async () => {
  cli = await BuiltCli.build();
});
afterAll(() => cli.remove());

const resnet = sharedPath('models', 'mlperf-tiny', 'pretrainedResnet_quant.tflite');
const goldens = ['cifar0', 'cifar1'].map((name) =>
  sharedPath('models', 'expected', `pretrainedResnet_quant.${name}.safetensors`)!,
);

test.skipIf(resnet === null)('run equals the reference bit for bit, and writes its outputs', async () => {
  const output = path.join(cli.folder, 'outputs.safetensors');
  const args = ['run', resnet!, '--input', ...goldens, '--rounding', 'tflite-double', '--output', output, '--json'];
  const { code, stdout, stderr } = await cli.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { results, latency } = JSON.parse(stdout) as {
    results: { input: string }[];
    latency: { medianMilliseconds: number };
  };
  expect(results.map(({ input }) => input)).toEqual(goldens);
  expect(latency.medianMilliseconds).toBeGreaterThan(0);
  const { tensors, metadata } = readSafetensors(await readFile(output));
  expect(metadata).toMatchObject({ rounding: 'tflite-double', inputs: JSON.stringify(goldens) });
  for (const [index, file] of goldens.entries()) {
    const expected = readSafetensors(await readFile(file)).tensors.get('output:Identity_int8')!;
    expect(tensors.get(`output:Identity_int8:${index}`)!.data).toEqual(expected.data);
  }
});

test('doctor finds nothing wrong with this device', async () => {
  const { code, stdout } = await cli.run(['doctor', '--json']);
  const report = JSON.parse(stdout) as { selfTest: unknown; engineSpeeds: object; engine: string };
  expect(report.selfTest).toMatchObject({ passed: true });
  expect(Object.keys(report.engineSpeeds)).toContain(report.engine);
  // The program gets what its tests' lane is for.
  if (inject('lane') === 'default-limits') {
    const adapter = { vendor: '', architecture: '', description: '', isSoftware: false };
    expect(report).toMatchObject({ adapter, features: ['core-features-and-limits'] });
  }
  expect(code).toBe(0);
}, 300_000);

test('Ctrl-C stops the work', async () => {
  const { code, stderr } = await cli.run(['doctor'], { killAfterMs: 2000 });
  expect(stderr).toMatch(/stopped/);
  expect(code).toBe(1);
});
