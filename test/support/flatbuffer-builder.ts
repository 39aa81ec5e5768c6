/** One field of a flatbuffer table, by how it is stored. */
export type FieldSpec =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly uint64: bigint }
  | { readonly float32: number }
  | { readonly string: string }
  | { readonly bytes: Uint8Array }
  | { readonly int32s: readonly number[] }
  | { readonly int64s: readonly bigint[] }
  | { readonly float32s: readonly number[] }
  | { readonly table: TableSpec }
  | { readonly tables: readonly TableSpec[] };

/** Fields by number; undefined is left out. The same object used twice is written once, and referred to twice. */
export type TableSpec = Readonly<Record<number, FieldSpec | undefined>>;

/** What the bytes of a vector are aligned to, so that they can be read as elements of any type in place. */
const byteAlignment = 16;

/**
 * A small flatbuffer from plain data, front to back: each table follows its vtable, and what it refers to follows it.
 * Everything is aligned to its size, as readers that map files into memory need it. Nothing of the library's reader is
 * used, so the two check each other.
 */
export function buildFlatbuffer(root: TableSpec, identifier = 'TFL3'): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.put(4, () => {});
  for (const character of identifier) writer.put(1, (view, at) => view.setUint8(at, character.charCodeAt(0)));
  writer.patch(0, writer.table(root));
  return writer.finish();
}

class Writer {
  #bytes = new Uint8Array(1024);
  #length = 0;
  readonly #written = new Map<TableSpec, number>();

  put(size: number, write: (view: DataView, at: number) => void): number {
    const at = this.#length;
    if (at + size > this.#bytes.length) {
      const grown = new Uint8Array(2 * (at + size));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#length += size;
    write(new DataView(this.#bytes.buffer), at);
    return at;
  }

  /** Stores at `from` the distance to `target`. */
  patch(from: number, target: number): void {
    new DataView(this.#bytes.buffer).setUint32(from, target - from, true);
  }

  table(spec: TableSpec): number {
    const known = this.#written.get(spec);
    if (known !== undefined) return known;
    const fields = Object.entries(spec).flatMap(([number, field]) =>
      field === undefined ? [] : [{ number: Number(number), field }],
    );
    const slots = Math.max(-1, ...fields.map(({ number }) => number)) + 1;
    // After the four bytes of where the vtable is; the wide ones last lie right if the table begins at a multiple of 8 and 4.
    let tableBytes = 4;
    const offsets: number[] = [];
    for (const size of [4, 8, 1]) {
      fields.forEach(({ field }, index) => {
        if (inlineBytes(field) !== size) return;
        tableBytes = Math.ceil(tableBytes / size) * size;
        offsets[index] = tableBytes;
        tableBytes += size;
      });
    }
    const vtableBytes = 4 + 2 * slots;
    this.#align(8, vtableBytes);
    const vtable = this.put(vtableBytes, (view, at) => {
      view.setUint16(at, vtableBytes, true);
      view.setUint16(at + 2, tableBytes, true);
      fields.forEach(({ number }, index) => view.setUint16(at + 4 + 2 * number, offsets[index], true));
    });
    const table = this.put(tableBytes, (view, at) => view.setInt32(at, at - vtable, true));
    this.#written.set(spec, table);
    for (const [index, { field }] of fields.entries()) this.#field(field, table + offsets[index]);
    return table;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #field(field: FieldSpec, at: number): void {
    const view = new DataView(this.#bytes.buffer);
    if ('int8' in field) view.setInt8(at, field.int8);
    else if ('int32' in field) view.setInt32(at, field.int32, true);
    else if ('uint64' in field) view.setBigUint64(at, field.uint64, true);
    else if ('float32' in field) view.setFloat32(at, field.float32, true);
    else if ('table' in field) this.patch(at, this.table(field.table));
    else if ('tables' in field) {
      const vector = this.#vector(field.tables, 4, () => {});
      this.patch(at, vector);
      for (const [index, table] of field.tables.entries()) {
        const element = vector + 4 + 4 * index;
        this.patch(element, this.table(table));
      }
    } else if ('string' in field) this.patch(at, this.#string(field.string));
    else if ('bytes' in field) this.patch(at, this.#byteVector(field.bytes));
    else if ('int32s' in field) {
      this.patch(
        at,
        this.#vector(field.int32s, 4, (out, position, value) => out.setInt32(position, value, true)),
      );
    } else if ('float32s' in field) {
      this.patch(
        at,
        this.#vector(field.float32s, 4, (out, position, value) => out.setFloat32(position, value, true)),
      );
    } else {
      this.patch(
        at,
        this.#vector(field.int64s, 8, (out, position, value) => out.setBigInt64(position, value, true)),
      );
    }
  }

  #byteVector(bytes: Uint8Array): number {
    return this.#vector([...bytes], 1, (out, position, value) => out.setUint8(position, value), byteAlignment);
  }

  /** Ends with a zero that its length does not count. */
  #string(text: string): number {
    const at = this.#vector([...new TextEncoder().encode(text)], 1, (out, position, value) =>
      out.setUint8(position, value),
    );
    this.put(1, () => {});
    return at;
  }

  #vector<T>(
    values: readonly T[],
    size: number,
    set: (view: DataView, at: number, value: T) => void,
    alignment = size,
  ): number {
    this.#align(Math.max(4, alignment), 4);
    return this.put(4 + size * values.length, (view, at) => {
      view.setUint32(at, values.length, true);
      values.forEach((value, index) => set(view, at + 4 + size * index, value));
    });
  }

  /** What follows after some more bytes begins at a multiple. */
  #align(multiple: number, after: number): void {
    this.put((multiple - ((this.#length + after) % multiple)) % multiple, () => {});
  }
}

function inlineBytes(field: FieldSpec): number {
  if ('int8' in field) return 1;
  return 'uint64' in field ? 8 : 4;
}
