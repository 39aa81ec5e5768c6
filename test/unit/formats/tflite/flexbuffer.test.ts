import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../../src/errors.ts';
import { readFlexbufferMap } from '../../../../src/formats/tflite/flexbuffer.ts';
import { buildFlexbuffer } from '../../../support/flexbuffer-builder.ts';

const read = (bytes: readonly number[] | Uint8Array) =>
  Object.fromEntries(readFlexbufferMap(Uint8Array.from(bytes), 'here'));

describe('a map of numbers', () => {
  // "a" and its end; one key, 3 bytes back; keys 1 byte back, of 1 byte, one value: 5, an INT; a MAP, 2 bytes back.
  const smallest = [97, 0, 1, 3, 1, 1, 1, 5, 4, 2, 36, 1];

  test('byte by byte', () => {
    expect(read(smallest)).toEqual({ a: 5 });
    expect(read(smallest.with(7, 255))).toEqual({ a: -1 });
    // UINT, BOOL, and what is no number: NULL and KEY.
    expect(read(smallest.with(7, 255).with(8, 8))).toEqual({ a: 255 });
    expect(read(smallest.with(7, 1).with(8, 26 << 2))).toEqual({ a: 1 });
    expect(read(smallest.with(8, 0))).toEqual({});
    expect(read(smallest.with(8, 16))).toEqual({});
    // No float has one byte.
    expect(read(smallest.with(8, 12))).toEqual({});
  });

  test.each([2, 4, 8] as const)('of %i bytes each', (width) => {
    const map = {
      max_detections: 10,
      negative: -300,
      use_regular_nms: true,
      none: false,
      ...(width > 2 && { iou: 0.25 }),
    };
    expect(read(buildFlexbuffer(map, width))).toEqual({ ...map, use_regular_nms: 1, none: 0 });
  });

  test('what is written is read', () => {
    const entry = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.double({ noNaN: true }));
    const key = fc.stringMatching(/^[a-z_]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, entry, { noNullPrototype: true }), (map) => {
        const expected = Object.fromEntries(Object.entries(map).map(([name, value]) => [name, value + 0]));
        expect(read(buildFlexbuffer(map, 8))).toEqual(expected);
      }),
    );
  });

  test('one with as many entries as it has bytes, or keys as long', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]));
    expect(() => read(buildFlexbuffer(many))).toThrow(/have 300 entries/);
    expect(() => read(buildFlexbuffer({ ['k'.repeat(64)]: 1 }))).toThrow(/a key of more than 64 bytes/);
  });
});

describe('bytes that are none', () => {
  test.each([
    ['nothing', [], /0 bytes, have nothing at byte -2/],
    ['a number', [5, 4, 1], /3 bytes, are not a map/],
    ['a width that none has', [2, 36, 3], /are not a map/],
    ['an offset before the beginning', [9, 36, 1], /have nothing at byte -/],
  ])('%s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(FormatError);
  });

  test('damaged ones are read or refused', () => {
    const whole = buildFlexbuffer({ one: 1, half: 0.5, yes: true }, 4);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const bytes = whole.with(at, value).subarray(0, length);
        try {
          expect(readFlexbufferMap(bytes, 'here').size).toBeLessThanOrEqual(3);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
