import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { FormatError } from '../../../src/errors.ts';
import { readBmp } from '../../../src/node/read-bmp.ts';
import { bmpFile } from '../../support/small-files.ts';

const upperRow = [3, 2, 1, 255, 6, 5, 4, 255];
const lowerRow = [9, 8, 7, 255, 12, 11, 10, 255];
const usualMasks = [0xff0000, 0xff00, 0xff];

describe('reads', () => {
  test('24 bits from the bottom and from the top', () => {
    expect(readBmp(bmpFile())).toEqual({ width: 2, height: 2, data: Uint8Array.from([...upperRow, ...lowerRow]) });
    expect(Array.from(readBmp(bmpFile({ height: -2 })).data)).toEqual([...lowerRow, ...upperRow]);
  });

  test.each([
    ['without masks', { compression: 0 }],
    ['with masks after the header', { compression: 3, masks: usualMasks }],
    ['with masks in a header of version 5', { compression: 3, masks: usualMasks, headerBytes: 124 }],
  ])('32 bits %s, alpha left out', (_name, options) => {
    const pixels = [7, 8, 9, 50, 10, 11, 12, 60, 1, 2, 3, 0, 4, 5, 6, 0];
    expect(Array.from(readBmp(bmpFile({ bits: 32, pixels, ...options })).data)).toEqual([...upperRow, ...lowerRow]);
  });
});

describe('refuses', () => {
  const good = bmpFile();
  test.each([
    ['another file', new TextEncoder().encode('GIF89a'), /"BM"/],
    ['a cut header', good.subarray(0, 53), /too few for its headers/],
    ['cut pixels', good.subarray(0, good.length - 1), /need 70 bytes, the file has 69/],
    ['the OS/2 header', bmpFile({ headerBytes: 12, pixels: Array(40).fill(0) }), /header has 12 bytes/],
    ['a palette', bmpFile({ bits: 8 }), /8 bits a pixel/],
    ['run lengths', bmpFile({ compression: 1 }), /compression 1/],
    ['16-bit pixels', bmpFile({ bits: 16, compression: 3, masks: usualMasks }), /16 bits a pixel/],
    [
      'unusual masks',
      bmpFile({ bits: 32, compression: 3, masks: [0xff, 0xff00, 0xff0000] }),
      /000000ff, 0000ff00, 00ff0000/,
    ],
    ['no width', bmpFile({ width: 0 }), /0 x 2 pixels/],
    ['a negative width', bmpFile({ width: -2 }), /-2 x 2 pixels/],
    ['a size beyond the file', bmpFile({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 }), /the file has 70/],
  ])('%s', (_name, file, message) => {
    expect(() => readBmp(file)).toThrow(FormatError);
    expect(() => readBmp(file)).toThrow(message);
  });

  test('damaged files with a FormatError and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(53), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const damaged = good.slice(0, length);
        if (at < length) damaged[at] = byte;
        try {
          readBmp(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});
