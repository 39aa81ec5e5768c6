/** Codes −8 to 7 that are stored two to a byte, the first in the low half. */
export function unpackInt4(bytes: Uint8Array, count: number): Int8Array {
  const codes = new Int8Array(count);
  for (let i = 0; i < count; i++) codes[i] = ((bytes[i >> 1] >> ((i & 1) * 4)) << 28) >> 28;
  return codes;
}
