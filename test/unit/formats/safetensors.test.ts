import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, QuadotError, ShapeError } from '../../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../../src/formats/safetensors.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

/** A file from a header's text and data bytes, by the format's definition. */
function file(header: string, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape: readonly number[] = [end - begin], dtype = 'U8'): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const tensorArbitrary: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(Float32Array, Int8Array, Uint8Array, Int32Array),
    fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
    fc.integer(),
  )
  .map(([Data, shape, seed]) => {
    const data = new Data(shape.reduce((product, size) => product * size, 1)).map((_, index) => seed + index);
    const dtype = { Float32Array: 'float32', Int8Array: 'int8', Uint8Array: 'uint8', Int32Array: 'int32' }[Data.name];
    return { dtype, shape, data } as Tensor;
  });

const contentArbitrary = fc.tuple(
  fc.uniqueArray(fc.tuple(fc.string(), tensorArbitrary), {
    selector: ([name]) => name,
    maxLength: 6,
  }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 4, noNullPrototype: true }),
);

describe('write, then read', () => {
  test('gives the same tensors and metadata', () => {
    fc.assert(
      fc.property(contentArbitrary, ([entries, metadata]) => {
        const tensors = new Map(entries);
        const read = readSafetensors(writeSafetensors(tensors, metadata));
        expect(new Map(read.tensors)).toEqual(new Map(tensors));
        expect({ ...read.metadata }).toEqual({ ...metadata });
      }),
      { numRuns: 200 },
    );
  });

  test('keeps names that mean something to JavaScript', () => {
    const tensor: Tensor = { dtype: 'uint8', shape: [1], data: new Uint8Array([7]) };
    const tensors = new Map(['__proto__', 'constructor', '0', ''].map((name) => [name, tensor]));
    const read = readSafetensors(writeSafetensors(tensors, JSON.parse('{"__proto__": "text"}')));
    expect(new Set(read.tensors.keys())).toEqual(new Set(tensors.keys()));
    expect(read.metadata['__proto__']).toBe('text');
    expect(read.metadata['toString']).toBeUndefined();
  });

  test('does not depend on the order of what is written', () => {
    fc.assert(
      fc.property(contentArbitrary, ([entries, metadata]) => {
        const bytes = writeSafetensors(new Map(entries), metadata);
        const reversed = Object.fromEntries(Object.entries(metadata).toReversed());
        expect(writeSafetensors(new Map(entries.toReversed()), reversed)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  test('aligns the data, and every array in it, to its elements', () => {
    const tensors: Record<string, Tensor> = {
      a: { dtype: 'uint8', shape: [3], data: new Uint8Array(3) },
      b: { dtype: 'float32', shape: [1], data: new Float32Array(1) },
    };
    const bytes = writeSafetensors(tensors);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    expect(header).toEqual({
      b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      a: { dtype: 'U8', shape: [3], data_offsets: [4, 7] },
    });
  });

  test('writes the elements of a view, not its whole buffer', () => {
    const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const read = readSafetensors(writeSafetensors({ x: { dtype: 'float32', shape: [2], data } }));
    expect(read.tensors.get('x')?.data).toEqual(new Float32Array([2, 3]));
  });
});

test.each<[string, ArrayBufferView, Tensor['dtype'], number[]]>([
  ['F16', Uint16Array.of(0x3555, 0x8000, 0x7c00), 'float32', [0.333251953125, -0, Infinity]],
  ['BF16', Uint16Array.of(0x3f80, 0xc049, 0x0001), 'float32', [1, -3.140625, 2 ** -133]],
  ['F64', Float64Array.of(0.1, -2), 'float32', [Math.fround(0.1), -2]],
  ['BOOL', Uint8Array.of(1, 0, 1), 'int32', [1, 0, 1]],
  ['I16', Int16Array.of(-300, 5), 'int32', [-300, 5]],
  ['U16', Uint16Array.of(65535), 'int32', [65535]],
  ['U32', Uint32Array.of(9), 'int32', [9]],
  ['I64', BigInt64Array.of(-(2n ** 31n), 3n), 'int32', [-(2 ** 31), 3]],
])('%s is read as numbers that a tensor can hold', (name, { buffer, byteLength }, dtype, expected) => {
  const bytes = file(`{"x":${entry(0, byteLength, [expected.length], name)}}`, byteLength);
  bytes.set(new Uint8Array(buffer), bytes.length - byteLength);
  const tensor = readSafetensors(bytes).tensors.get('x')!;
  expect(tensor.dtype).toBe(dtype);
  expect(Array.from(tensor.data)).toEqual(expected);
});

test.each([
  ['I64', BigInt64Array.of(0n, 2n ** 31n)],
  ['U32', Uint32Array.of(0, 2 ** 32 - 1)],
])('%s beyond int32 is refused', (name, { buffer, byteLength }) => {
  const bytes = file(`{"x":${entry(0, byteLength, [2], name)}}`, byteLength);
  bytes.set(new Uint8Array(buffer), bytes.length - byteLength);
  expect(() => readSafetensors(bytes)).toThrow(/"x": \d+, element 1 of type .*, does not fit int32/);
});

test('the arrays do not change with the bytes they were read from', () => {
  const bytes = writeSafetensors({ x: { dtype: 'int8', shape: [2], data: new Int8Array([1, 2]) } });
  const { tensors } = readSafetensors(bytes);
  bytes.fill(0);
  expect(tensors.get('x')?.data).toEqual(new Int8Array([1, 2]));
});

describe('refuses', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['fewer bytes than a header length', new Uint8Array(5), /5 bytes are too few/],
    ['a header longer than the file', file('{}').slice(0, 9), /said to have 2 bytes, the file has 1/],
    ['a header length of 64 bits', new Uint8Array(16).fill(255), /said to have 18446744073709551615 bytes/],
    ['what is not JSON', file('{'), /not JSON/],
    ['what is not UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not JSON/],
    ['a list as header', file('[]'), /not a JSON object/],
    [
      'what is nested too deep',
      file(`{"x":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`),
      /nested more than 3 levels deep/,
    ],
    ['a header of megabytes', file(' '.repeat(2 ** 22 + 1)), /header has 4194305 bytes; at most 4194304 are read/],
    ['a tensor that is no object', file('{"x":3}'), /"x" is not described by an object/],
    ['a missing shape', file('{"x":{"dtype":"U8","data_offsets":[0,0]}}'), /"x" has shape undefined/],
    ['a fractional size', file(`{"x":${entry(0, 1, [0.5])}}`, 1), /shape \[0\.5\]/],
    ['a negative offset', file(`{"x":${entry(-1, 0)}}`, 1), /data_offsets \[-1,0\]/],
    ['three offsets', file('{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1,2]}}', 1), /data_offsets \[0,1,2\]/],
    ['a dtype it does not have', file(`{"x":${entry(0, 2, [1], 'F8_E4M3')}}`, 2), /dtype "F8_E4M3".*F64, F32, F16/],
    ['a dtype named after a method', file(`{"x":${entry(0, 2, [1], 'toString')}}`, 2), /dtype "toString"/],
    ['too few bytes for the shape', file(`{"x":${entry(0, 3, [1], 'F32')}}`, 3), /has 3 bytes of data.*needs 4/],
    ['data beyond the end', file(`{"x":${entry(0, 4)}}`, 3), /"x" lies at bytes 0 to 4.*at 3/],
    ['tensors that overlap', file(`{"x":${entry(0, 4)},"y":${entry(2, 6)}}`, 6), /"y" lies at bytes 2 to 6.*ends at 4/],
    ['a gap', file(`{"x":${entry(0, 2)},"y":${entry(3, 4)}}`, 4), /"y" lies at bytes 3 to 4.*ends at 2/],
    ['bytes after the last tensor', file(`{"x":${entry(0, 2)}}`, 4), /end at byte 2 of 4/],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}'), /"__metadata__" is not an object of texts/],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
  });

  test('names that break messages are escaped and shortened in them', () => {
    const name = JSON.stringify(`a\n\u001b[2J${'b'.repeat(1_000_000)}`);
    const read = () => readSafetensors(file(`{${name}:${entry(0, 2)}}`, 4));
    expect(read).toThrow(/^safetensors: the tensors end/);
    const gap = () => readSafetensors(file(`{${name}:${entry(1, 2)}}`, 2));
    expect(gap).toThrow(
      /^safetensors: tensor "a\\u000a\\u001b\[2Jb+… \(\d+ more characters\) …b+" lies at bytes 1 to 2;/,
    );
  });

  test('brackets within names are not levels', () => {
    const name = JSON.stringify('[[[[{{{{\\"]');
    expect([...readSafetensors(file(`{${name}:${entry(0, 2)}}`, 2)).tensors.keys()]).toEqual(['[[[[{{{{\\"]']);
  });

  test('to write what cannot be read', () => {
    const data = new Uint8Array(3);
    expect(() => writeSafetensors({ x: { dtype: 'uint8', shape: [4], data } })).toThrow(ShapeError);
    expect(() => writeSafetensors({ __metadata__: { dtype: 'uint8', shape: [3], data } })).toThrow(/Rename it/);
  });

  test('damage with its own errors, or reads something', () => {
    const bytes = writeSafetensors(
      { x: { dtype: 'float32', shape: [2, 2], data: new Float32Array(4) } },
      { origin: 'a test' },
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        for (const candidate of [damaged, bytes.slice(0, length)]) {
          try {
            readSafetensors(candidate);
          } catch (error) {
            expect(error).toBeInstanceOf(QuadotError);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
