import { FormatError, UnsupportedOpError } from '../../errors.ts';

/** A flatbuffer table's name, and the number of each field that is read. */
export interface TableSchema<F extends string> {
  readonly table: string;
  readonly fields: Readonly<Record<F, number>>;
}

/** How many times its own size a file may make the reader decode; only overlapping structures need more than once. */
const MAXIMUM_REUSE = 2;
const REUSE_ALLOWANCE_BYTES = 2 ** 16;

const OFFSET_BYTES = 4;
const VTABLE_HEADER_BYTES = 4;

/**
 * The bytes of a flatbuffer, read with every position checked.
 * All references point forward within the file and the schema fixes the depth, so what remains to bound is how often
 * the same bytes are decoded through references that overlap: `charge` counts that.
 * @see https://flatbuffers.dev/internals
 */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Its name, for messages. */
  readonly format: string;
  #budgetBytes: number;

  constructor(bytes: Uint8Array, format: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.format = format;
    this.#budgetBytes = bytes.byteLength * MAXIMUM_REUSE + REUSE_ALLOWANCE_BYTES;
  }

  /** The four characters after the root offset. */
  identifier(): string {
    this.need('file identifier', OFFSET_BYTES, 4);
    return String.fromCharCode(...this.bytes.subarray(OFFSET_BYTES, OFFSET_BYTES + 4));
  }

  /** The table the file starts with. */
  root<F extends string>(schema: TableSchema<F>): Table<F> {
    return new Table(this, schema, this.follow(`root (${schema.table})`, 0));
  }

  /** The position an offset field refers to; at least a length or a vtable offset fits there. */
  follow(what: string, position: number): number {
    this.need(what, position, OFFSET_BYTES);
    const offset = this.view.getUint32(position, true);
    const target = position + offset;
    if (offset === 0 || target > this.bytes.byteLength - OFFSET_BYTES) {
      this.fail(what, position, `points ${offset} bytes ahead, the file has ${this.bytes.byteLength} bytes`);
    }
    return target;
  }

  /** Start and length of the vector an offset field refers to. */
  vector(what: string, position: number, bytesPerElement: number): readonly [start: number, length: number] {
    const target = this.follow(what, position);
    const length = this.view.getUint32(target, true);
    const start = target + OFFSET_BYTES;
    const remaining = this.bytes.byteLength - start;
    if (length * bytesPerElement > remaining) {
      this.fail(what, target, `has ${length} elements of ${bytesPerElement} bytes, only ${remaining} bytes remain`);
    }
    this.charge(what, target, OFFSET_BYTES + length * bytesPerElement);
    return [start, length];
  }

  /** Throws unless `size` bytes lie at `position`. */
  need(what: string, position: number, size: number): void {
    if (position < 0 || position + size > this.bytes.byteLength) {
      this.fail(what, position, `needs ${size} bytes, the file has ${this.bytes.byteLength} bytes`);
    }
  }

  /** Counts decoded bytes, so that structures that overlap cannot make the work exceed a multiple of the file's size. */
  charge(what: string, position: number, size: number): void {
    this.#budgetBytes -= size;
    if (this.#budgetBytes < 0) {
      this.fail(
        what,
        position,
        `is reached again and again: more than ${MAXIMUM_REUSE} times the file's size was decoded`,
      );
    }
  }

  /** @throws FormatError always */
  fail(what: string, position: number, problem: string): never {
    throw new FormatError(`${this.format}: ${what} at byte ${position} ${problem}. The file is damaged or cut short.`);
  }
}

/** One table of a flatbuffer. A field that the file leaves out has its default. */
export class Table<F extends string> {
  readonly file: FlatBuffer;
  readonly #schema: TableSchema<F>;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;
  readonly #tableBytes: number;

  /** @param position where the table starts; null for a table the file does not have, whose fields are all absent */
  constructor(file: FlatBuffer, schema: TableSchema<F>, position: number | null) {
    this.file = file;
    this.#schema = schema;
    this.#position = position ?? 0;
    this.#vtable = 0;
    this.#vtableBytes = 0;
    this.#tableBytes = 0;
    if (position === null) return;
    const what = schema.table;
    file.need(what, position, OFFSET_BYTES);
    this.#vtable = position - file.view.getInt32(position, true);
    file.need(`${what} vtable`, this.#vtable, VTABLE_HEADER_BYTES);
    this.#vtableBytes = file.view.getUint16(this.#vtable, true);
    this.#tableBytes = file.view.getUint16(this.#vtable + 2, true);
    if (this.#vtableBytes < VTABLE_HEADER_BYTES || this.#vtableBytes % 2 !== 0) {
      file.fail(`${what} vtable`, this.#vtable, `has a size of ${this.#vtableBytes} bytes`);
    }
    if (this.#tableBytes < OFFSET_BYTES) file.fail(what, position, `has a size of ${this.#tableBytes} bytes`);
    file.need(`${what} vtable`, this.#vtable, this.#vtableBytes);
    file.need(what, position, this.#tableBytes);
    file.charge(what, position, 2 * OFFSET_BYTES);
  }

  has(field: F): boolean {
    return this.#locate(field, 0) !== undefined;
  }

  boolean(field: F): boolean {
    return this.uint8(field) !== 0;
  }

  int8(field: F, defaultValue = 0): number {
    const at = this.#locate(field, 1);
    return at === undefined ? defaultValue : this.file.view.getInt8(at);
  }

  uint8(field: F, defaultValue = 0): number {
    const at = this.#locate(field, 1);
    return at === undefined ? defaultValue : this.file.view.getUint8(at);
  }

  int32(field: F, defaultValue = 0): number {
    const at = this.#locate(field, 4);
    return at === undefined ? defaultValue : this.file.view.getInt32(at, true);
  }

  uint32(field: F, defaultValue = 0): number {
    const at = this.#locate(field, 4);
    return at === undefined ? defaultValue : this.file.view.getUint32(at, true);
  }

  uint64(field: F): bigint {
    const at = this.#locate(field, 8);
    return at === undefined ? 0n : this.file.view.getBigUint64(at, true);
  }

  float32(field: F, defaultValue = 0): number {
    const at = this.#locate(field, 4);
    return at === undefined ? defaultValue : this.file.view.getFloat32(at, true);
  }

  /** UTF-8 text; bytes that are not UTF-8 become replacement characters. */
  string(field: F): string | undefined {
    const bytes = this.bytes(field);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** A view of the file's own bytes, not a copy. */
  bytes(field: F): Uint8Array | undefined {
    return this.#vector(field, 1, (start, length) => this.file.bytes.subarray(start, start + length));
  }

  int32s(field: F): number[] | undefined {
    return this.#numbers(field, 4, (at) => this.file.view.getInt32(at, true));
  }

  float32s(field: F): number[] | undefined {
    return this.#numbers(field, 4, (at) => this.file.view.getFloat32(at, true));
  }

  /** 64-bit integers; beyond 2⁵³ they are rounded. */
  int64s(field: F): number[] | undefined {
    return this.#numbers(field, 8, (at) => Number(this.file.view.getBigInt64(at, true)));
  }

  table<G extends string>(field: F, schema: TableSchema<G>): Table<G> | undefined {
    const at = this.#locate(field, OFFSET_BYTES);
    return at === undefined ? undefined : new Table(this.file, schema, this.file.follow(this.#label(field), at));
  }

  /**
   * @param most tables that are read: what becomes of one takes many times its bytes of the file
   * @throws UnsupportedOpError when there are more
   */
  tables<G extends string>(field: F, schema: TableSchema<G>, most: number): Table<G>[] | undefined {
    return this.#vector(field, OFFSET_BYTES, (start, length) => {
      if (length > most) {
        throw new UnsupportedOpError(
          `${this.file.format}: ${this.#label(field)} has ${length} entries; at most ${most} are read. Split the model.`,
        );
      }
      return Array.from({ length }, (_, index) => {
        const position = this.file.follow(`${this.#label(field)}[${index}]`, start + index * OFFSET_BYTES);
        return new Table(this.file, schema, position);
      });
    });
  }

  #numbers(field: F, bytesPerElement: number, read: (at: number) => number): number[] | undefined {
    return this.#vector(field, bytesPerElement, (start, length) =>
      Array.from({ length }, (_, index) => read(start + index * bytesPerElement)),
    );
  }

  #vector<T>(field: F, bytesPerElement: number, read: (start: number, length: number) => T): T | undefined {
    const at = this.#locate(field, OFFSET_BYTES);
    return at === undefined ? undefined : read(...this.file.vector(this.#label(field), at, bytesPerElement));
  }

  #label(field: F): string {
    return `${this.#schema.table}.${field}`;
  }

  /** Where a field of `size` bytes is stored, or undefined when the file leaves it out. */
  #locate(field: F, size: number): number | undefined {
    const slot = VTABLE_HEADER_BYTES + 2 * this.#schema.fields[field];
    if (slot + 2 > this.#vtableBytes) return undefined;
    const offset = this.file.view.getUint16(this.#vtable + slot, true);
    if (offset === 0) return undefined;
    if (offset < OFFSET_BYTES || offset + size > this.#tableBytes) {
      this.file.fail(
        this.#label(field),
        this.#position,
        `lies at ${offset} of a table of ${this.#tableBytes} bytes and needs ${size}`,
      );
    }
    return this.#position + offset;
  }
}
