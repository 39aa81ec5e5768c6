import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../src/errors.ts';
import { listZip, readZipEntry } from '../../../src/formats/zip.ts';
import { zipFile } from '../../support/zip-file.ts';

const text = 'background\ntench\n'.repeat(100);
const bytes = new TextEncoder().encode(text);
const deflated = new Uint8Array(
  await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer(),
);

async function contents(archive: Uint8Array): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of listZip(archive)!) {
    files[entry.name] = new TextDecoder().decode(await readZipEntry(archive, entry, 2 ** 20));
  }
  return files;
}

describe('reads', () => {
  test('stored and deflated files', async () => {
    const archive = zipFile([
      { name: 'a.txt', content: bytes },
      { name: 'b/ü.txt', content: bytes, deflated },
      { name: 'empty', content: new Uint8Array() },
    ]);
    expect(await contents(archive)).toEqual({ 'a.txt': text, 'b/ü.txt': text, empty: '' });
  });

  test.each([
    ['offsets from the archive', 0],
    ['offsets from the file', 1000],
  ])('behind other data, with %s', async (_, origin) => {
    const archive = zipFile([{ name: 'a', content: bytes }], { origin, comment: 'a comment' });
    const file = new Uint8Array(1000 + archive.length).fill(0x50);
    file.set(archive, 1000);
    expect(await contents(file)).toEqual({ a: text });
  });

  test('no archive', () => {
    expect(listZip(new Uint8Array())).toBeUndefined();
    expect(listZip(new Uint8Array(100))).toBeUndefined();
    expect(listZip(zipFile([{ name: 'a', content: bytes }]).subarray(0, -1))).toBeUndefined();
  });
});

describe('refuses', () => {
  const good = zipFile([{ name: 'a', content: bytes, deflated }]);
  const end = good.length - 22;
  const directory = new DataView(good.buffer).getUint32(end + 16, true);
  const changed = (position: number, value: number, size: 2 | 4 = 4): Uint8Array => {
    const copy = good.slice();
    const view = new DataView(copy.buffer);
    if (size === 2) view.setUint16(position, value, true);
    else view.setUint32(position, value, true);
    return copy;
  };

  test.each<[string, Uint8Array, RegExp]>([
    ['a directory before the file', changed(end + 12, 2 ** 31), /its directory of 2147483648 bytes/],
    ['a directory that is not there', changed(directory, 0), /entry 0 of its directory is not at byte/],
    ['more entries than there are', changed(end + 10, 2, 2), /entry 1 of its directory is not at byte/],
    ['a name beyond the directory', changed(directory + 28, 60_000, 2), /ends at byte 6\d{4}, beyond/],
    ['encryption', changed(directory + 8, 1, 2), /encrypted or compressed by method 8/],
    ['other compression', changed(directory + 10, 12, 2), /encrypted or compressed by method 12/],
    ['a file that starts elsewhere', changed(directory + 42, 5), /"a" does not begin at byte 5/],
    ['more bytes than the archive has', changed(directory + 20, 2 ** 30), /has 1073741824 bytes from/],
    ['more content than announced', changed(directory + 24, 10), /has more than its 10 bytes/],
    ['less content than announced', changed(directory + 24, 10_000), /has 1700 bytes, not 10000/],
    [
      'more content than is unpacked',
      changed(directory + 24, 2 ** 27),
      /"a" has 134217728 bytes when it is unpacked, more than the 1048576 allowed/,
    ],
    ['another checksum', changed(directory + 16, 1), /checksum of "a" is \d+, not 1/],
    ['compressed data that is none', changed(31, 0xffffffff), /cannot be unpacked/],
  ])('%s', async (_, archive, message) => {
    await expect(contents(archive)).rejects.toThrow(message);
    await expect(contents(archive)).rejects.toThrow(FormatError);
  });

  test('files that lie in each other', () => {
    const both = zipFile([
      { name: 'a', content: bytes },
      { name: 'b', content: bytes },
    ]);
    const directoryStart = new DataView(both.buffer).getUint32(both.length - 6, true);
    // The second begins where the first does.
    new DataView(both.buffer).setUint32(directoryStart + 47 + 42, 0, true);
    expect(() => listZip(both)).toThrow('zip: "b" begins at byte 0, within "a". The archive is damaged.');
  });

  test('a file whose local header reaches into the next', async () => {
    const both = zipFile([
      { name: 'a', content: bytes },
      { name: 'b', content: bytes },
    ]);
    new DataView(both.buffer).setUint16(28, 40, true);
    await expect(contents(both)).rejects.toThrow(/"a" has 1700 bytes from 71, for 1700, and must end at 1731/);
  });

  test('only what is of another method: others of the archive are read', async () => {
    const both = zipFile([
      { name: 'odd', content: bytes },
      { name: 'a\u001b', content: bytes },
    ]);
    const directoryStart = new DataView(both.buffer).getUint32(both.length - 6, true);
    new DataView(both.buffer).setUint16(directoryStart + 10, 99, true);
    const [odd, other] = listZip(both)!;
    await expect(readZipEntry(both, odd, 10_000)).rejects.toThrow(/"odd" is encrypted or compressed by method 99/);
    expect(await readZipEntry(both, other, 1700)).toEqual(bytes);
    expect(other.name).toBe('a\u001b');
    await expect(readZipEntry(both, other, 1699)).rejects.toThrow(/"a\\u001b" has 1700 bytes .* more than the 1699/);
  });

  test('a stored file of two sizes', async () => {
    const archive = zipFile([{ name: 'a', content: bytes }]);
    new DataView(archive.buffer).setUint32(archive.length - 22 - 47 + 24, 5, true);
    await expect(contents(archive)).rejects.toThrow(/has 1700 bytes from 31, for 5/);
  });
});
