import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSamples } from '../../../src/cli/samples.ts';
import { type Graph, writeSafetensors } from '../../../src/node/index.ts';

const graph: Graph = {
  name: 'tiny',
  nodes: [],
  values: { x: { dtype: 'float32', shape: [1, 2] } },
  constants: {},
  inputs: ['x'],
  outputs: ['x'],
  metadata: {},
};

let folder: string;
const file = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'quadot-samples-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('files for a graph’s inputs', () => {
  test('of several times the elements are consecutive samples, however many', async () => {
    const count = 300_000;
    await writeFile(
      file('many.bin'),
      Float32Array.from({ length: 2 * count }, (_, index) => index),
    );
    const samples = await readSamples([file('many.bin')], graph, 1);
    expect(samples).toHaveLength(count);
    expect(samples[count - 1]).toMatchObject({ name: `${file('many.bin')}[${count - 1}]` });
    expect(samples[count - 1].data!['x']).toEqual(Float32Array.of(2 * count - 2, 2 * count - 1));
  });

  test.each([
    ['that are cut short', 'cut.bin', new Uint8Array(6), /cut.bin: raw: 6 bytes are no whole number of float32/],
    ['of no elements', 'empty.bin', new Uint8Array(0), /empty.bin: 0 elements are no whole number of samples/],
    ['of half a sample', 'half.bin', new Float32Array(3), /half.bin: 3 elements are no whole number of samples of 2/],
    [
      'that are no arrays',
      'text.npy',
      new TextEncoder().encode('hello, world!'),
      /text.npy: npy: the file does not begin/,
    ],
    [
      'without the input’s name',
      'other.safetensors',
      writeSafetensors({ 'a\u001b[2J': { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) } }),
      /other.safetensors: there is no tensor "input:x" or "x". It has: a\\u001b\[2J/,
    ],
  ])('%s are refused with the file’s name', async (_, name, content, message) => {
    await writeFile(file(name), content);
    await expect(readSamples([file(name)], graph, 1)).rejects.toThrow(message);
  });
});
