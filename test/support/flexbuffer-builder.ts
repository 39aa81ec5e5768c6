/** How a number stands in a FlexBuffer: its type and its bytes. */
type Encode = (view: DataView, at: number, width: number, value: number) => void;

const integer: Encode = (view, at, width, value) => {
  if (width === 8) view.setBigInt64(at, BigInt(value), true);
  else if (width === 4) view.setInt32(at, value, true);
  else if (width === 2) view.setInt16(at, value, true);
  else view.setInt8(at, value);
};

const float: Encode = (view, at, width, value) => {
  if (width === 8) view.setFloat64(at, value, true);
  else view.setFloat32(at, value, true);
};

/** Whole numbers become INT, others FLOAT (of 4 or 8 bytes), booleans BOOL. */
export type FlexbufferMap = Readonly<Record<string, number | boolean>>;

/**
 * A map as the FlexBuffers description lays it out: the keys' characters, the vector of keys, the map's values and their
 * types, and the root. Nothing of the library's reader is used.
 * @param width bytes of each value and offset
 */
export function buildFlexbuffer(map: FlexbufferMap, width: 1 | 2 | 4 | 8 = 4): Uint8Array {
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  const characters = entries.map(([name]) => [...new TextEncoder().encode(name), 0]);
  const text = characters.flat();
  const starts = characters.map((_, index) => characters.slice(0, index).flat().length);
  // The vector of keys is its size and an offset for each.
  const keys = text.length + width;
  // Before the map's values: where the keys are, how wide their offsets, and how many there are.
  const values = keys + (entries.length + 3) * width;
  const types = values + entries.length * width;
  const root = types + entries.length;
  const bytes = new Uint8Array(root + width + 2);
  const view = new DataView(bytes.buffer);
  bytes.set(text);
  integer(view, keys - width, width, entries.length);
  starts.forEach((start, index) => integer(view, keys + index * width, width, keys + index * width - start));
  const before = values - 3 * width;
  integer(view, before, width, before - keys);
  integer(view, before + width, width, width);
  integer(view, before + 2 * width, width, entries.length);
  const logarithm = Math.log2(width);
  for (const [index, [, value]] of entries.entries()) {
    const isFloat = typeof value === 'number' && !Number.isSafeInteger(value);
    (isFloat ? float : integer)(view, values + index * width, width, Number(value));
    bytes[types + index] = ((typeof value === 'boolean' ? 26 : isFloat ? 3 : 1) << 2) | logarithm;
  }
  integer(view, root, width, root - values);
  bytes[root + width] = (9 << 2) | logarithm;
  bytes[root + width + 1] = width;
  return bytes;
}
