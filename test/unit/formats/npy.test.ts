import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { FormatError } from '../../../src/errors.ts';
import { readNpy } from '../../../src/formats/npy.ts';
import { npyFile, npyHeader } from '../../support/small-files.ts';

describe('reads', () => {
  test.each([1, 2, 3])('version %i', (version) => {
    const data = Float32Array.of(1, -2.5, 3, 4, 5, 6);
    expect(readNpy(npyFile(npyHeader('<f4', '(2, 3)'), data, version))).toEqual({
      dtype: 'float32',
      shape: [2, 3],
      data,
    });
  });

  test.each([
    ['|i1', Int8Array.of(-128, 127), { dtype: 'int8', data: Int8Array.of(-128, 127) }],
    ['|u1', Uint8Array.of(0, 255), { dtype: 'uint8', data: Uint8Array.of(0, 255) }],
    ['<i4', Int32Array.of(-7, 2 ** 31 - 1), { dtype: 'int32', data: Int32Array.of(-7, 2 ** 31 - 1) }],
    ['<f8', Float64Array.of(0.1, 1e30), { dtype: 'float32', data: Float32Array.of(0.1, 1e30) }],
    ['<f2', Uint16Array.of(1, 0xfbff), { dtype: 'float32', data: Float32Array.of(2 ** -24, -65504) }],
    ['|b1', Uint8Array.of(0, 1), { dtype: 'int32', data: Int32Array.of(0, 1) }],
    ['<i2', Int16Array.of(-32768, 7), { dtype: 'int32', data: Int32Array.of(-32768, 7) }],
    ['<u2', Uint16Array.of(65535, 7), { dtype: 'int32', data: Int32Array.of(65535, 7) }],
    ['<u4', Uint32Array.of(2 ** 31 - 1, 7), { dtype: 'int32', data: Int32Array.of(2 ** 31 - 1, 7) }],
    ['<i8', BigInt64Array.of(-5n, 7n), { dtype: 'int32', data: Int32Array.of(-5, 7) }],
  ])('%s', (descriptor, data, expected) => {
    expect(readNpy(npyFile(npyHeader(descriptor, '(2,)'), data))).toEqual({ ...expected, shape: [2] });
  });

  test('scalars, empty arrays, keys in another order and other quotes', () => {
    expect(readNpy(npyFile(npyHeader('|u1', '()'), [9])).shape).toEqual([]);
    expect(readNpy(npyFile(npyHeader('<f4', '(0, 3)'))).data).toHaveLength(0);
    expect(readNpy(npyFile('{"shape": (1,), "fortran_order": True, "descr": "|u1"}', [9])).data).toEqual(
      Uint8Array.of(9),
    );
  });

  test('a file at an odd offset of a larger buffer', () => {
    const file = npyFile(npyHeader('<f4', '(1,)'), Float32Array.of(2));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(readNpy(shifted.subarray(1)).data).toEqual(Float32Array.of(2));
  });
});

describe('refuses', () => {
  const good = npyFile(npyHeader('<f4', '(2, 3)'), new Float32Array(6));
  test.each([
    ['an empty file', new Uint8Array(0), /does not begin/],
    ['another kind of file', new TextEncoder().encode('PK and so on and on'), /does not begin/],
    ['an unknown version', npyFile(npyHeader('<f4', '(1,)'), new Float32Array(1), 4), /version 4/],
    ['a header beyond the end', good.subarray(0, 40), /header ends at byte/],
    [
      'a header of more than any array needs',
      npyFile(' '.repeat(70_000), [], 2),
      /header has 70000 bytes; an array's has/,
    ],
    ['a header that is no dictionary', npyFile('hello'), /lacks a plain descr/],
    [
      'structured elements',
      npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"),
      /lacks a plain descr/,
    ],
    ['a negative size', npyFile(npyHeader('<f4', '(-1,)')), /lacks a plain descr/],
    [
      'a size beyond what can be counted',
      npyFile(npyHeader('<f4', '(99999999999, 99999999999)')),
      /not one of an array/,
    ],
    ['too few bytes', good.subarray(0, good.length - 1), /needs 24 bytes of data, the file has 23/],
    ['too many bytes', Uint8Array.of(...good, 0), /needs 24 bytes of data, the file has 25/],
    ['big-endian elements', npyFile(npyHeader('>f4', '(1,)'), new Float32Array(1)), /type ">f4".*astype/],
    ['column-major order', npyFile(npyHeader('<f4', '(2, 3)', 'True'), new Float32Array(6)), /ascontiguousarray/],
    [
      'an int64 beyond int32',
      npyFile(npyHeader('<i8', '(1,)'), BigInt64Array.of(2n ** 31n)),
      /2147483648, element 0 of type int64, does not fit int32/,
    ],
  ])('%s', (_name, file, message) => {
    expect(() => readNpy(file)).toThrow(FormatError);
    expect(() => readNpy(file)).toThrow(message);
  });

  test('damaged files with a FormatError and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const damaged = good.slice(0, length);
        if (at < length) damaged[at] = byte;
        try {
          readNpy(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});
