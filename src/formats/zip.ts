import { FormatError, printable } from '../errors.ts';

/** A file of a zip archive. */
export interface ZipEntry {
  /** As the archive has it: for messages it has to be made printable. */
  readonly name: string;
  readonly isEncrypted: boolean;
  /** How its bytes are compressed, a number of the specification; 0 where they are stored as they are. */
  readonly method: number;
  readonly checksum: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header starts. */
  readonly position: number;
  /** Where the next file or the directory starts, at the latest. */
  readonly end: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAXIMUM_COMMENT = 0xffff;
const MAXIMUM_NAME_LENGTH = 1000;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;

/**
 * The files of a zip archive at the end of the bytes; whatever lies before the archive is not looked at.
 * @returns undefined when there is no archive
 * @throws FormatError when there is one that is damaged, whose files overlap, or of more than 65,534 files or 4 GB
 * @see APPNOTE.TXT, the .ZIP File Format Specification, 6.3
 */
export function listZip(bytes: Uint8Array): readonly ZipEntry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) return undefined;
  const count = view.getUint16(end + 10, true);
  const directoryBytes = view.getUint32(end + 12, true);
  const declared = view.getUint32(end + 16, true);
  const start = end - directoryBytes;
  if (start < 0 || declared > start) {
    throw damaged(`its directory of ${directoryBytes} bytes at ${declared} does not lie before its end at ${end}`);
  }
  // Offsets count from the archive's own beginning, or from the file's: the directory tells which.
  const origin = start - declared;
  const entries: Omit<ZipEntry, 'end'>[] = [];
  for (let index = 0, position = start; index < count; index++) {
    if (position + ENTRY_BYTES > end || view.getUint32(position, true) !== ENTRY_SIGNATURE) {
      throw damaged(`entry ${index} of its directory is not at byte ${position}`);
    }
    const lengths = [28, 30, 32].map((offset) => view.getUint16(position + offset, true));
    const next = position + ENTRY_BYTES + lengths[0] + lengths[1] + lengths[2];
    if (next > end) throw damaged(`entry ${index} of its directory ends at byte ${next}, beyond ${end}`);
    const name = new TextDecoder().decode(bytes.subarray(position + ENTRY_BYTES, position + ENTRY_BYTES + lengths[0]));
    entries.push(readEntry(view, position, origin, name));
    position = next;
  }
  return withEnds(entries, start);
}

/**
 * The bytes of a file of the archive.
 * @param mostBytes how many it may have
 * @throws FormatError when it is damaged, larger, encrypted, or compressed in another way than by DEFLATE
 */
export async function readZipEntry(bytes: Uint8Array, entry: ZipEntry, mostBytes: number): Promise<Uint8Array> {
  const { position, end, compressedBytes, sizeBytes, checksum, method } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const where = quoted(entry.name);
  if (entry.isEncrypted || (method !== STORED && method !== DEFLATED)) {
    throw new FormatError(
      `zip: ${where} is encrypted or compressed by method ${method}. Pack it again, stored or deflated.`,
    );
  }
  if (sizeBytes > mostBytes) {
    throw new FormatError(
      `zip: ${where} has ${sizeBytes} bytes when it is unpacked, more than the ${mostBytes} allowed.`,
    );
  }
  const isStored = method === STORED;
  if (position + LOCAL_BYTES > bytes.byteLength || view.getUint32(position, true) !== LOCAL_SIGNATURE) {
    throw damaged(`${where} does not begin at byte ${position}`);
  }
  const start = position + LOCAL_BYTES + view.getUint16(position + 26, true) + view.getUint16(position + 28, true);
  // The local header may say that it is longer than the directory lets expect, and so reach into the next file.
  if (start + compressedBytes > end || (isStored && compressedBytes !== sizeBytes)) {
    throw damaged(`${where} has ${compressedBytes} bytes from ${start}, for ${sizeBytes}, and must end at ${end}`);
  }
  const stored = bytes.subarray(start, start + compressedBytes);
  const content = isStored ? stored.slice() : await inflate(where, stored, sizeBytes);
  const actual = crc32(content);
  if (actual !== checksum) throw damaged(`the checksum of ${where} is ${actual}, not ${checksum}`);
  return content;
}

function readEntry(view: DataView, position: number, origin: number, name: string): Omit<ZipEntry, 'end'> {
  const [compressedBytes, sizeBytes, offset] = [20, 24, 42].map((field) => view.getUint32(position + field, true));
  return {
    name,
    isEncrypted: (view.getUint16(position + 8, true) & ENCRYPTED_FLAG) !== 0,
    method: view.getUint16(position + 10, true),
    checksum: view.getUint32(position + 16, true),
    compressedBytes,
    sizeBytes,
    position: origin + offset,
  };
}

/**
 * The files in the order of the directory. Of an honest archive none begins within another: were that allowed, many
 * entries could unpack the same few bytes.
 */
function withEnds(entries: readonly Omit<ZipEntry, 'end'>[], directory: number): readonly ZipEntry[] {
  const order = [...entries].sort((a, b) => a.position - b.position);
  const ends = new Map<Omit<ZipEntry, 'end'>, number>();
  for (const [index, entry] of order.entries()) {
    const next = order.at(index + 1);
    if (next !== undefined && entry.position + LOCAL_BYTES + entry.compressedBytes > next.position) {
      throw damaged(`${quoted(next.name)} begins at byte ${next.position}, within ${quoted(entry.name)}`);
    }
    ends.set(entry, next?.position ?? directory);
  }
  return entries.map((entry) => ({ ...entry, end: ends.get(entry)! }));
}

/** The record that ends an archive, after which only its comment may follow. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let position = last; position >= Math.max(0, last - MAXIMUM_COMMENT); position--) {
    const isEnd = view.getUint32(position, true) === END_SIGNATURE;
    if (isEnd && position + END_BYTES + view.getUint16(position + 20, true) === view.byteLength) return position;
  }
  return undefined;
}

/** Unpacks no more than was announced. */
async function inflate(where: string, compressed: Uint8Array, sizeBytes: number): Promise<Uint8Array> {
  const content = new Uint8Array(sizeBytes);
  let length = 0;
  const source = new Blob([compressed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = source.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.byteLength > sizeBytes) throw damaged(`${where} has more than its ${sizeBytes} bytes`);
      content.set(part.value, length);
      length += part.value.byteLength;
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw damaged(`${where} cannot be unpacked (${String(cause)})`, cause);
  } finally {
    // What is left, after too much of it, is of no interest.
    await reader.cancel().catch(() => undefined);
  }
  if (length !== sizeBytes) throw damaged(`${where} has ${length} bytes, not ${sizeBytes}`);
  return content;
}

const crcPolynomial = 0xedb88320;

function crc32(bytes: Uint8Array): number {
  const remainders = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? crcPolynomial : 0);
    return remainder;
  });
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ remainders[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

function quoted(name: string): string {
  return `"${printable(name, MAXIMUM_NAME_LENGTH)}"`;
}

function damaged(problem: string, cause?: unknown): FormatError {
  return new FormatError(`zip: ${problem}. The archive is damaged.`, { cause });
}
