import { describe, expect, test } from 'vitest';
import { FormatError, UnsupportedOpError } from '../../../../src/errors.ts';
import { FlatBuffer, type Table } from '../../../../src/formats/tflite/flatbuffer.ts';
import { buildFlatbuffer, type TableSpec } from '../../../support/flatbuffer-builder.ts';

const schema = { table: 'Root', fields: { a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, absent: 9 } } as const;
type Fields = keyof typeof schema.fields;

function read(bytes: Uint8Array): Table<Fields> {
  return new FlatBuffer(bytes, 'test').root(schema);
}

/** The position of the root table, its vtable, and the 16-bit slot of a field in it. */
function positions(bytes: Uint8Array, field: number) {
  const view = new DataView(bytes.buffer);
  const table = view.getUint32(0, true);
  const vtable = table - view.getInt32(table, true);
  return { view, table, vtable, slot: vtable + 4 + 2 * field };
}

describe('values', () => {
  test('scalars, texts and vectors come back', () => {
    const root = read(
      buildFlatbuffer({
        0: { int8: -3 },
        1: { float32: 0.5 },
        2: { string: 'größe' },
        3: { int32s: [1, -2, 2147483647] },
        4: { int64s: [-1n, 2n ** 40n] },
        5: { uint64: 2n ** 63n },
      }),
    );
    expect(root.int8('a')).toBe(-3);
    expect(root.uint8('a')).toBe(253);
    expect(root.boolean('a')).toBe(true);
    expect(root.float32('b')).toBe(0.5);
    expect(root.string('c')).toBe('größe');
    expect(root.int32s('d')).toEqual([1, -2, 2147483647]);
    expect(root.int64s('e')).toEqual([-1, 2 ** 40]);
    expect(root.uint64('f')).toBe(2n ** 63n);
  });

  test('what the file leaves out has its default', () => {
    const root = read(buildFlatbuffer({ 0: { int32: 7 } }));
    expect(root.int32('a')).toBe(7);
    expect(root.int32('absent', 42)).toBe(42);
    expect(root.has('b')).toBe(false);
    expect(root.string('b')).toBeUndefined();
    expect(root.tables('b', schema, 2)).toBeUndefined();
    expect(root.boolean('absent')).toBe(false);
  });

  test('nested tables', () => {
    const root = read(buildFlatbuffer({ 0: { table: { 1: { int32: 5 } } }, 1: { tables: [{}, { 0: { int32: 6 } }] } }));
    expect(root.table('a', schema)?.int32('b')).toBe(5);
    expect(root.tables('b', schema, 2)?.map((table) => table.int32('a', -1))).toEqual([-1, 6]);
    expect(() => root.tables('b', schema, 1)).toThrow(UnsupportedOpError);
    expect(() => root.tables('b', schema, 1)).toThrow(/test: Root\.b has 2 entries; at most 1 are read/);
  });
});

describe('violations name the field, its position and the value', () => {
  const bytes = (): Uint8Array<ArrayBuffer> => buildFlatbuffer({ 0: { int32s: [1, 2, 3] }, 1: { int32: 9 } });

  test.each([0, 3, 7])('a file of %i bytes', (length) => {
    expect(() => read(bytes().slice(0, length))).toThrow(FormatError);
  });

  test('a root beyond the end', () => {
    const file = bytes();
    new DataView(file.buffer).setUint32(0, 5000, true);
    expect(() => read(file)).toThrow(/root \(Root\) at byte 0 points 5000 bytes ahead, the file has \d+ bytes/);
  });

  test('a vtable outside the file', () => {
    const file = bytes();
    const { view, table } = positions(file, 0);
    view.setInt32(table, 1000, true);
    expect(() => read(file)).toThrow(/Root vtable at byte -\d+ needs 4 bytes/);
    view.setInt32(table, -1000, true);
    expect(() => read(file)).toThrow(/Root vtable at byte \d+ needs 4 bytes/);
  });

  test('a vtable of an impossible size', () => {
    const file = bytes();
    const { view, vtable } = positions(file, 0);
    view.setUint16(vtable, 3, true);
    expect(() => read(file)).toThrow(/Root vtable at byte \d+ has a size of 3 bytes/);
    view.setUint16(vtable, 60000, true);
    expect(() => read(file)).toThrow(/Root vtable at byte \d+ needs 60000 bytes/);
  });

  test('a table that is longer than the file, or shorter than its own offset', () => {
    const file = bytes();
    const { view, vtable } = positions(file, 0);
    view.setUint16(vtable + 2, 60000, true);
    expect(() => read(file)).toThrow(/Root at byte \d+ needs 60000 bytes/);
    view.setUint16(vtable + 2, 2, true);
    expect(() => read(file)).toThrow(/Root at byte \d+ has a size of 2 bytes/);
  });

  test('a field outside its table', () => {
    const file = bytes();
    const { view, slot } = positions(file, 1);
    view.setUint16(slot, 11, true);
    expect(() => read(file).int32('b')).toThrow(/Root\.b at byte \d+ lies at 11 of a table of 12 bytes and needs 4/);
  });

  test('a vector that is longer than the rest of the file', () => {
    const file = bytes();
    const { view, table } = positions(file, 0);
    const vector = table + 4 + view.getUint32(table + 4, true);
    view.setUint32(vector, 0x4000_0001, true);
    expect(() => read(file).int32s('a')).toThrow(/Root\.a at byte \d+ has 1073741825 elements of 4 bytes, only 12/);
  });

  test('a reference to itself', () => {
    const file = bytes();
    const { view, table } = positions(file, 0);
    view.setUint32(table + 4, 0, true);
    expect(() => read(file).int32s('a')).toThrow(/Root\.a at byte \d+ points 0 bytes ahead/);
  });

  test('structures that overlap cannot multiply the work', () => {
    const shared: TableSpec = { 0: { bytes: new Uint8Array(100_000) } };
    const file = buildFlatbuffer({ 0: { tables: Array.from({ length: 1000 }, () => shared) } });
    const tables = read(file).tables('a', schema, 1000)!;
    expect(() => tables.map((table) => table.bytes('a'))).toThrow(/Root\.a at byte \d+ is reached again and again/);
  });
});
