import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../src/errors.ts';
import { decodeImage } from '../../../src/node/decode-image.ts';

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG file of 8-bit gray, as its specification describes it. */
function pngFile(width: number, height: number, rows: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  // Every row begins with the number of its filter.
  const pixels = deflateSync(Buffer.alloc((width + 1) * rows));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

describe('decodeImage', () => {
  test('reads a PNG file', async () => {
    const { width, height, data } = await decodeImage(pngFile(3, 2, 2));
    expect([width, height]).toEqual([3, 2]);
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
  });

  test('a small file cannot ask for a huge picture', async () => {
    const file = pngFile(20_000, 20_000, 10);
    expect(file.length).toBeLessThan(1000);
    await expect(decodeImage(file)).rejects.toThrow(FormatError);
    await expect(decodeImage(file)).rejects.toThrow(/image of \d+ bytes: not a .png.* exceeds pixel limit/);
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('hello')],
    ['a cut PNG', pngFile(3, 2, 2).subarray(0, 40)],
    ['a cut BMP', Uint8Array.of(0x42, 0x4d, 1)],
  ])('%s is a FormatError', async (_, bytes) => {
    await expect(decodeImage(bytes)).rejects.toThrow(FormatError);
  });
});
