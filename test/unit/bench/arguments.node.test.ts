import { CommanderError } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { parseBenchArguments } from '../../../bench/command/arguments.ts';

afterEach(() => vi.restoreAllMocks());

test('defaults', () => {
  expect(parseBenchArguments([])).toEqual({ filter: [], repeat: 9, scale: 'auto', chosenOnly: false, model: [] });
});

test('every option', () => {
  const text =
    '--filter gemm conv1x1 --repeat 3 --engine dp4a --scale small --chosen-only --model a.tflite --json b --commit c --gpu software';
  expect(parseBenchArguments(text.split(' '))).toEqual({
    filter: ['gemm', 'conv1x1'],
    repeat: 3,
    engine: 'dp4a',
    scale: 'small',
    chosenOnly: true,
    model: ['a.tflite'],
    json: 'b',
    commit: 'c',
    gpu: 'software',
  });
});

test.each([
  '--repeat 0',
  '--repeat 1.5',
  '--repeat x',
  '--engine fast',
  '--scale huge',
  '--gpu none',
  'stray',
  '--new',
])('refuses %s', (text) => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(() => parseBenchArguments(text.split(' '))).toThrow(CommanderError);
  expect(written).toHaveBeenCalled();
});
