import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { allocateData, dtypeOf, type DType } from '../../../src/tensor/dtype.ts';
import { deviceBytes, fromQuads, isDenseOnDevice, toQuads } from '../../../src/tensor/quads.ts';
import { broadcastShapes, elementCount, normalizeAxis, quadCount } from '../../../src/tensor/shape.ts';
import { createTensor } from '../../../src/tensor/tensor.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
const dtypes = fc.constantFrom<DType>('float32', 'int8', 'uint8', 'int32');

test('an array that no memory holds is a ShapeError', () => {
  expect(() => allocateData('float32', 2 ** 45)).toThrow(ShapeError);
  expect(() => allocateData('int8', 2 ** 50)).toThrow(/no memory for 1125899906842624 int8 elements.*smaller batch/);
});

describe('rows of quads', () => {
  test('packing and unpacking is the identity', () => {
    fc.assert(
      fc.property(shapes, dtypes, (shape, dtype) => {
        const data = allocateData(dtype, elementCount(shape)).map((_, index) => (index * 7 + 1) % 100);
        const quads = toQuads(data, dtype, shape);
        expect(quads.byteLength).toBe(deviceBytes(dtype, shape));
        expect(fromQuads(quads, dtype, shape)).toEqual(data);
      }),
    );
  });

  test('pads the last axis to four and packs the lowest byte first', () => {
    const quads = toQuads(Int8Array.from([1, 2, 3, -4, -5, -6]), 'int8', [2, 3]);
    expect(quads).toEqual(Int8Array.from([1, 2, 3, 0, -4, -5, -6, 0]));
    expect(new Uint32Array(quads.buffer)[0]).toBe(0x00030201);
    expect(quadCount([2, 3])).toBe(2);
    expect(quadCount([])).toBe(1);
    expect(isDenseOnDevice([3, 8])).toBe(true);
    expect(isDenseOnDevice([3, 9])).toBe(false);
  });
});

describe('shapes', () => {
  test('broadcast as NumPy does', () => {
    expect(broadcastShapes([2, 1, 3], [4, 1], 'add')).toEqual([2, 4, 3]);
    expect(broadcastShapes([], [4], 'add')).toEqual([4]);
    expect(() => broadcastShapes([2, 3], [4, 3], 'add "sum"')).toThrow(
      /add "sum": shapes \[2, 3\] and \[4, 3\].*axis 0/,
    );
  });

  test('axes count from either end', () => {
    expect(normalizeAxis(-1, 4, 'concat')).toBe(3);
    expect(() => normalizeAxis(4, 4, 'concat')).toThrow(ShapeError);
    expect(() => normalizeAxis(0.5, 4, 'concat')).toThrow(ShapeError);
  });

  test('a tensor has as many elements as its shape', () => {
    expect(() => createTensor({ dtype: 'int8', shape: [2, 2] }, new Int8Array(3))).toThrow(
      /needs 4 elements, the data has 3/,
    );
    expect(dtypeOf(new Float64Array(1))).toBeUndefined();
  });
});
