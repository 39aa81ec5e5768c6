import { expect, test } from 'vitest';
import { FormatError } from '../../../src/errors.ts';
import { readRaw } from '../../../src/formats/raw.ts';

test('elements are a copy, little-endian, from any offset', () => {
  const file = Uint8Array.of(9, 1, 2, 3, 4, 255, 255, 255, 255);
  expect(readRaw(file.subarray(1), 'int32')).toEqual({
    dtype: 'int32',
    shape: [2],
    data: Int32Array.of(0x04030201, -1),
  });
  expect(readRaw(Uint8Array.of(0, 0, 0x80, 0xbf).buffer, 'float32').data).toEqual(Float32Array.of(-1));
  const { data } = readRaw(file, 'int8');
  expect(data).toEqual(Int8Array.of(9, 1, 2, 3, 4, -1, -1, -1, -1));
  expect(data.buffer).not.toBe(file.buffer);
  expect(readRaw(file, 'uint8').data).toEqual(file);
  expect(readRaw(new Uint8Array(0), 'float32').shape).toEqual([0]);
});

test('a piece of an element is refused', () => {
  expect(() => readRaw(new Uint8Array(7), 'float32')).toThrow(FormatError);
  expect(() => readRaw(new Uint8Array(7), 'int32')).toThrow(/7 bytes are no whole number of int32 elements of 4 bytes/);
});
