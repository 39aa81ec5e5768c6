import { FormatError, printable, ShapeError } from '../errors.ts';
import { bytesPerElement, type DType } from '../tensor/dtype.ts';
import { elementCount, formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fileBytes } from './bytes.ts';
import { readElements, storedBytes, type StoredType } from './stored-elements.ts';

/** Named arrays and free text, as a safetensors file holds them. */
export interface SafetensorsContent {
  /** In the order of the file's data. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Without a prototype, so that any key is safe. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

const dtypeNames = {
  float32: 'F32',
  float16: 'F16',
  int8: 'I8',
  uint8: 'U8',
  int32: 'I32',
} as const satisfies Record<DType, string>;
const storedTypes: ReadonlyMap<unknown, StoredType> = new Map(
  Object.entries({
    F64: 'float64',
    F32: 'float32',
    F16: 'float16',
    BF16: 'bfloat16',
    I64: 'int64',
    I32: 'int32',
    I16: 'int16',
    I8: 'int8',
    U32: 'uint32',
    U16: 'uint16',
    U8: 'uint8',
    BOOL: 'bool',
  }),
);

const METADATA_KEY = '__metadata__';
const LENGTH_BYTES = 8;
const HEADER_ALIGNMENT = 8;
/** Tens of thousands of tensors; what JavaScript makes of a header takes many times its bytes. */
const MAXIMUM_HEADER_BYTES = 2 ** 22;
/** The header, a tensor's description, its shape. */
const MAXIMUM_NESTING = 3;
/** Of a name in a message. */
const SHOWN_NAME_LENGTH = 200;

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, then the arrays without gaps. Quantization is
 * not part of the format. F16 and BF16 become float32, F64 is rounded to it; booleans and integers that are not 8-bit
 * become int32.
 * @param bytes the whole file; the arrays are copies
 * @throws FormatError when a length, an offset, a shape or the JSON does not fit the file, when a dtype has no numbers
 *   that a tensor can hold, or an integer is too large for int32
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer): SafetensorsContent {
  const file = fileBytes(bytes);
  const headerBytes = readHeaderLength(file);
  const header = parseHeader(file.subarray(LENGTH_BYTES, LENGTH_BYTES + headerBytes));
  const data = file.subarray(LENGTH_BYTES + headerBytes);

  let metadata = readMetadata({});
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA_KEY) metadata = readMetadata(value);
    else entries.push(readEntry(name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position || end > data.byteLength) {
      throw new FormatError(
        `${whereIs(name)} lies at bytes ${begin} to ${end}; the data before it ends at ${position} and the ` +
          `file's data at ${data.byteLength}. Tensors must follow each other without gaps or overlap: the file is damaged.`,
      );
    }
    position = end;
  }
  if (position !== data.byteLength) {
    throw new FormatError(
      `safetensors: the tensors end at byte ${position} of ${data.byteLength} bytes of data. The file is damaged.`,
    );
  }
  const tensors = entries.map(({ name, type, shape, begin, end }): [string, Tensor] => [
    name,
    { shape, ...readElements(whereIs(name), type, data.subarray(begin, end)) },
  ]);
  return { tensors: new Map(tensors), metadata };
}

/**
 * Writes a safetensors file. Equal content gives equal bytes: tensors are laid out by element size, widest first, then
 * by name, and metadata is sorted by key.
 * @param tensors by name; their quantization is not written
 * @throws ShapeError when data and shape of a tensor differ in length
 * @throws FormatError for a tensor called "__metadata__"
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries: [string, Tensor][] = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  const sorted = entries.sort(
    ([a, first], [b, second]) => bytesPerElement(second.dtype) - bytesPerElement(first.dtype) || compareText(a, b),
  );
  // A header of entries rather than an object: a JSON object would treat "__proto__" and numeric names specially.
  const fields: string[] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => compareText(a, b));
  if (texts.length > 0)
    fields.push(field(METADATA_KEY, `{${texts.map(([key, text]) => field(key, JSON.stringify(text))).join(',')}}`));
  let position = 0;
  for (const [name, tensor] of sorted) {
    checkWritable(name, tensor);
    const end = position + tensor.data.byteLength;
    const entry = { dtype: dtypeNames[tensor.dtype], shape: tensor.shape, data_offsets: [position, end] };
    fields.push(field(name, JSON.stringify(entry)));
    position = end;
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(json.byteLength / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + position);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, LENGTH_BYTES);
  file.fill(' '.charCodeAt(0), LENGTH_BYTES + json.byteLength, LENGTH_BYTES + headerBytes);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function readHeaderLength(file: Uint8Array): number {
  const available = file.byteLength - LENGTH_BYTES;
  if (available < 0) throw new FormatError(`safetensors: ${file.byteLength} bytes are too few for a header.`);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(available)) {
    throw new FormatError(
      `safetensors: the header is said to have ${length} bytes, the file has ${available} after its length. ` +
        'This is not a safetensors file, or it is cut short.',
    );
  }
  if (length > BigInt(MAXIMUM_HEADER_BYTES)) {
    throw new FormatError(
      `safetensors: the header has ${length} bytes; at most ${MAXIMUM_HEADER_BYTES} are read. Divide the tensors among several files.`,
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): object {
  if (nestingOf(bytes) > MAXIMUM_NESTING) {
    throw new FormatError(
      `safetensors: the header is nested more than ${MAXIMUM_NESTING} levels deep. The file is damaged.`,
    );
  }
  let header: unknown;
  try {
    // JSON.parse makes "__proto__" an ordinary own property, and only own properties are read.
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FormatError(`safetensors: the header is not JSON (${String(error)}). The file is damaged.`, {
      cause: error,
    });
  }
  if (!isRecord(header)) throw new FormatError('safetensors: the header is not a JSON object. The file is damaged.');
  return header;
}

/** Levels of lists and objects, before anything is made of them. */
function nestingOf(json: Uint8Array): number {
  const [quote, escape, open, close, openObject, closeObject] = new TextEncoder().encode('"\\[]{}');
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (isText && byte === escape) i++;
    else if (byte === quote) isText = !isText;
    else if (isText) continue;
    else if (byte === open || byte === openObject) deepest = Math.max(deepest, ++depth);
    else if (byte === close || byte === closeObject) depth--;
  }
  return deepest;
}

function whereIs(name: string): string {
  return `safetensors: tensor "${printable(name, SHOWN_NAME_LENGTH)}"`;
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw new FormatError(`safetensors: "${METADATA_KEY}" is not an object of texts. The file is damaged.`);
  }
  return Object.assign(Object.create(null) as Record<string, string>, value);
}

function readEntry(name: string, value: unknown): Entry {
  const where = whereIs(name);
  if (!isRecord(value)) throw new FormatError(`${where} is not described by an object. The file is damaged.`);
  const fields = new Map<string, unknown>(Object.entries(value));
  const shape = fields.get('shape');
  const offsets = fields.get('data_offsets');
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new FormatError(
      `${where} has shape ${JSON.stringify(shape)} and data_offsets ${JSON.stringify(offsets)}; needed are a list of ` +
        'sizes and a pair of positions. The file is damaged.',
    );
  }
  const type = storedTypes.get(fields.get('dtype'));
  if (type === undefined) {
    throw new FormatError(
      `${where} has the dtype ${JSON.stringify(fields.get('dtype'))}. Supported are ` +
        `${[...storedTypes.keys()].join(', ')}: convert it before saving.`,
    );
  }
  const [begin, end] = offsets;
  const expectedBytes = elementCount(shape) * storedBytes(type);
  if (end - begin !== expectedBytes) {
    throw new FormatError(
      `${where} ${formatShape(shape)} has ${end - begin} bytes of data, ${type} needs ${expectedBytes}. The file is damaged.`,
    );
  }
  return { name, type, shape, begin, end };
}

function checkWritable(name: string, { dtype, shape, data }: Tensor): void {
  if (name === METADATA_KEY) {
    throw new FormatError(`safetensors: a tensor cannot be called "${METADATA_KEY}". Rename it.`);
  }
  const expected = elementCount(shape) * bytesPerElement(dtype);
  if (data.byteLength !== expected) {
    throw new ShapeError(
      `${whereIs(name)} has ${data.byteLength} bytes, ${dtype} ${formatShape(shape)} needs ${expected}. ` +
        'Check the shape or the data.',
    );
  }
}

/** By UTF-16 code units, which is the same everywhere, unlike localeCompare. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function field(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
