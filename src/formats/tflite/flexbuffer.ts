import { FormatError } from '../../errors.ts';

const MAXIMUM_ENTRIES = 256;
const MAXIMUM_KEY_BYTES = 64;

// Numbers of FlexBufferType.
const INT = 1;
const UINT = 2;
const FLOAT = 3;
const MAP = 9;
const BOOL = 26;

/**
 * The numbers that stand in the map which a FlexBuffer is, by their keys; booleans are 0 and 1, and what is no number is
 * left out. Every position is checked, and how many entries there are and how long keys is limited.
 * @param where for messages
 * @throws FormatError when the bytes are no map, or refer outside of themselves
 * @see https://flatbuffers.dev/internals/#flexbuffers
 */
export function readFlexbufferMap(bytes: Uint8Array, where: string): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (problem: string): never => {
    throw new FormatError(`${where}: its options, ${bytes.byteLength} bytes, ${problem}. The file is damaged.`);
  };
  const need = (position: number, width: number): void => {
    if (position < 0 || position + width > bytes.byteLength) fail(`have nothing at byte ${position}`);
  };
  const unsigned = (position: number, width: number): number => {
    need(position, width);
    if (width === 8) return Number(view.getBigUint64(position, true));
    if (width === 4) return view.getUint32(position, true);
    return width === 2 ? view.getUint16(position, true) : view.getUint8(position);
  };
  /** Offsets point back. */
  const follow = (position: number, width: number): number => position - unsigned(position, width);
  const numberOf = (type: number, position: number, width: number): number | undefined => {
    if (type === UINT || type === BOOL) return unsigned(position, width);
    need(position, width);
    if (type === INT) {
      if (width === 8) return Number(view.getBigInt64(position, true));
      if (width === 4) return view.getInt32(position, true);
      return width === 2 ? view.getInt16(position, true) : view.getInt8(position);
    }
    if (type !== FLOAT || width < 4) return undefined;
    return width === 8 ? view.getFloat64(position, true) : view.getFloat32(position, true);
  };
  const keyAt = (position: number): string => {
    need(position, 1);
    const length = bytes.subarray(position, position + MAXIMUM_KEY_BYTES).indexOf(0);
    if (length < 0) fail(`have a key of more than ${MAXIMUM_KEY_BYTES} bytes`);
    return new TextDecoder().decode(bytes.subarray(position, position + length));
  };

  // A type has the binary logarithm of its width in its lowest two bits. The root, its type and its width come last.
  const end = bytes.byteLength - 2;
  const [rootType, rootWidth] = [unsigned(end, 1), unsigned(end + 1, 1)];
  if (rootType >> 2 !== MAP || ![1, 2, 4, 8].includes(rootWidth)) fail('are not a map');
  const values = follow(end - rootWidth, rootWidth);
  const width = 2 ** (rootType & 3);
  const [keysAt, keyWidth, count] = [3, 2, 1]
    .map((before) => values - before * width)
    .map((position, index) => (index === 0 ? follow(position, width) : unsigned(position, width)));
  if (count > MAXIMUM_ENTRIES || ![1, 2, 4, 8].includes(keyWidth)) {
    fail(`have ${count} entries with keys of ${keyWidth} bytes; at most ${MAXIMUM_ENTRIES} of 1, 2, 4 or 8 are read`);
  }
  const entries = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const value = numberOf(unsigned(values + count * width + index, 1) >> 2, values + index * width, width);
    if (value !== undefined) entries.set(keyAt(follow(keysAt + index * keyWidth, keyWidth)), value);
  }
  return entries;
}
