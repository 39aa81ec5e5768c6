import { FormatError, printable } from '../../errors.ts';
import { fileBytes } from '../bytes.ts';
import { listZip, readZipEntry, type ZipEntry } from '../zip.ts';
import { FlatBuffer, type Table } from './flatbuffer.ts';
import {
  associatedFileSchema,
  contentSchema,
  imageSchema,
  modelMetadataSchema,
  normalizationSchema,
  processUnitSchema,
  statsSchema,
  subGraphMetadataSchema,
  tensorMetadataSchema,
} from './metadata-schema.ts';
import { readModel } from './model.ts';

/** What a model's author says of it, in texts for people and numbers for programs. */
export interface ModelMetadata {
  /** Empty where the author says nothing, as the other texts. */
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  readonly license: string;
  /** In the order of the graph's inputs. */
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
}

/** What is said of an input or an output. */
export interface TensorMetadata {
  readonly name: string;
  readonly description: string;
  readonly content?: 'features' | 'image' | 'bounding boxes' | 'audio';
  /** Of an image. */
  readonly colorSpace?: 'rgb' | 'grayscale';
  /** What an input takes is (x − mean) / deviation of bytes x; one number, or one for each channel. */
  readonly normalization?: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  /** Smallest and largest values; one number, or one for each channel. */
  readonly range?: { readonly min: readonly number[]; readonly max: readonly number[] };
  /** Names of the indices of the last axis: of classes. */
  readonly labels?: readonly string[];
  /** Names of the values, which are numbers of classes. */
  readonly valueLabels?: readonly string[];
}

const METADATA_NAME = 'TFLITE_METADATA';
const IDENTIFIER = 'M001';
const MINIMUM_BYTES = 8;
/** Of each list. */
const MAXIMUM_ENTRIES = 2 ** 12;
const MAXIMUM_TEXT_LENGTH = 10_000;
const MAXIMUM_LABEL_LENGTH = 1000;
/** Of all label files of a model together. */
const MAXIMUM_LABELS = 2 ** 18;
const MAXIMUM_LABEL_BYTES = 2 ** 22;

const contents = [undefined, 'features', 'image', 'bounding boxes', 'audio'] as const;
const colorSpaces = [undefined, 'rgb', 'grayscale'] as const;
const IMAGE_CONTENT = 2;
const NORMALIZATION = 1;
const AXIS_LABELS = 2;
const VALUE_LABELS = 3;

/**
 * What a TFLite file says of itself beside the network: names, the normalization that its inputs expect, the labels of its
 * classes, which lie in a zip archive at the file's end.
 * @param bytes the whole file
 * @returns undefined when the file has no such metadata
 * @throws FormatError when file, metadata or archive are damaged
 * @see https://www.tensorflow.org/lite/models/convert/metadata
 */
export async function readTfliteMetadata(bytes: Uint8Array | ArrayBuffer): Promise<ModelMetadata | undefined> {
  const file = fileBytes(bytes);
  const stored = readModel(file).metadata.get(METADATA_NAME);
  if (stored === undefined) return undefined;
  const buffer = new FlatBuffer(stored, 'tflite metadata');
  if (stored.byteLength < MINIMUM_BYTES || buffer.identifier() !== IDENTIFIER) {
    throw new FormatError(`tflite metadata: ${stored.byteLength} bytes without the identifier "${IDENTIFIER}".`);
  }
  const model = buffer.root(modelMetadataSchema);
  const [subgraph] = model.tables('subgraph_metadata', subGraphMetadataSchema, MAXIMUM_ENTRIES) ?? [];
  const archive = new Archive(file);
  const read = async (field: 'input_tensor_metadata' | 'output_tensor_metadata'): Promise<TensorMetadata[]> => {
    const tables = subgraph?.tables(field, tensorMetadataSchema, MAXIMUM_ENTRIES) ?? [];
    const tensors: TensorMetadata[] = [];
    for (const table of tables) tensors.push(await readTensor(table, archive));
    return tensors;
  };
  return {
    name: text(model.string('name')),
    description: text(model.string('description')),
    version: text(model.string('version')),
    author: text(model.string('author')),
    license: text(model.string('license')),
    inputs: await read('input_tensor_metadata'),
    outputs: await read('output_tensor_metadata'),
  };
}

async function readTensor(
  table: Table<keyof typeof tensorMetadataSchema.fields>,
  archive: Archive,
): Promise<TensorMetadata> {
  const content = table.table('content', contentSchema);
  const kind = content?.uint8('content_properties_type') ?? 0;
  const image = kind === IMAGE_CONTENT ? content?.table('content_properties', imageSchema) : undefined;
  const stats = table.table('stats', statsSchema);
  const [min, max] = [stats?.float32s('min') ?? [], stats?.float32s('max') ?? []];
  const files = table.tables('associated_files', associatedFileSchema, MAXIMUM_ENTRIES) ?? [];
  const labelsOf = async (type: number): Promise<readonly string[] | undefined> => {
    const found = files.find((candidate) => candidate.int8('type') === type);
    return found && archive.labels(found.string('name') ?? '');
  };
  const known = {
    content: contents[kind],
    colorSpace: colorSpaces[image?.int8('color_space') ?? 0],
    normalization: readNormalization(table),
    range: min.length > 0 && max.length > 0 ? { min, max } : undefined,
    labels: await labelsOf(AXIS_LABELS),
    valueLabels: await labelsOf(VALUE_LABELS),
  };
  return {
    name: text(table.string('name')),
    description: text(table.string('description')),
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

/** @throws FormatError for numbers that normalize nothing */
function readNormalization(table: Table<keyof typeof tensorMetadataSchema.fields>): TensorMetadata['normalization'] {
  for (const unit of table.tables('process_units', processUnitSchema, MAXIMUM_ENTRIES) ?? []) {
    if (unit.uint8('options_type') !== NORMALIZATION) continue;
    const options = unit.table('options', normalizationSchema);
    const [mean, deviation] = [options?.float32s('mean') ?? [], options?.float32s('std') ?? []];
    if (mean.length === 0 || deviation.length === 0) continue;
    const isValid = mean.every(Number.isFinite) && deviation.every((value) => Number.isFinite(value) && value !== 0);
    if (isValid) return { mean, deviation };
    throw new FormatError(
      `tflite metadata: a normalization by mean ${mean.join(', ')} and deviation ${deviation.join(', ')} gives no numbers.`,
    );
  }
  return undefined;
}

/** The label files at the end of a model, unpacked when they are first asked for. */
class Archive {
  readonly #bytes: Uint8Array;
  readonly #labels = new Map<string, readonly string[]>();
  #entries: ReadonlyMap<string, ZipEntry> | undefined;
  #bytesLeft = MAXIMUM_LABEL_BYTES;
  #labelsLeft = MAXIMUM_LABELS;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws FormatError when there is no such file, or more in it and those before than any model has classes */
  async labels(name: string): Promise<readonly string[]> {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    this.#entries ??= new Map(listZip(this.#bytes)?.map((entry) => [entry.name, entry]));
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new FormatError(
        `tflite metadata: the labels "${printable(name, MAXIMUM_LABEL_LENGTH)}" are not among the ${this.#entries.size} files at the model's end.`,
      );
    }
    const content = await readZipEntry(this.#bytes, entry, this.#bytesLeft);
    const labels = splitLines(content, this.#labelsLeft);
    this.#bytesLeft -= content.byteLength;
    this.#labelsLeft -= labels.length;
    this.#labels.set(name, labels);
    return labels;
  }
}

/** One label a line. @throws FormatError for more than `most` */
function splitLines(bytes: Uint8Array, most: number): readonly string[] {
  const content = new TextDecoder().decode(bytes);
  let length = content.length;
  while (content[length - 1] === '\n' || content[length - 1] === '\r') length--;
  const lines: string[] = [];
  for (let start = 0; start < length;) {
    if (lines.length === most) {
      throw new FormatError(`tflite metadata: more than the ${MAXIMUM_LABELS} labels that a model may have.`);
    }
    const end = content.indexOf('\n', start);
    const next = end === -1 ? length : end;
    lines.push(printable(content.slice(start, next).trim(), MAXIMUM_LABEL_LENGTH));
    start = next + 1;
  }
  return lines;
}

function text(value: string | undefined): string {
  return printable(value ?? '', MAXIMUM_TEXT_LENGTH);
}
