import type { Binding } from '../define-op.ts';

/** Four codes each. */
const tableWords = 64;

/**
 * A function of one int8 code as a table for `lookup-int8.wgsl`: word w holds the results of codes 4·w − 128 to
 * 4·w − 125, lowest byte first.
 * @param result int8 code of an int8 code
 */
export function codeTable(result: (code: number) => number): Uint32Array {
  const words = new Uint32Array(tableWords);
  for (let index = 0; index < 256; index++) {
    words[index >> 2] |= (result(index - 128) & 0xff) << ((index & 3) * 8);
  }
  return words;
}

/** The table as a binding of a kernel. */
export function codeTableBinding(result: (code: number) => number): Binding {
  return { constant: 'table', sizeBytes: tableWords * 4, data: () => codeTable(result) };
}
