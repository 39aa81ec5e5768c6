import { FormatError, printable, UnsupportedOpError } from '../../errors.ts';
import { builtinOperatorName, CUSTOM_OPERATOR } from './builtin-operators.ts';
import type { Dilation } from './dilated-convolutions.ts';
import { FlatBuffer, Table } from './flatbuffer.ts';
import {
  bufferSchema,
  metadataSchema,
  modelSchema,
  operatorCodeSchema,
  operatorSchema,
  quantizationSchema,
  subGraphSchema,
  tensorSchema,
  tensorTypes,
} from './schema.ts';

/** A tensor as the file has it; nothing of it is validated beyond its position in the file. */
export interface FileTensor {
  readonly index: number;
  readonly name: string;
  /** Name of its TensorType, such as FLOAT32. */
  readonly type: string;
  /** May hold −1 or 0. */
  readonly shape: readonly number[];
  /** Axes whose size the file leaves open. */
  readonly dynamicAxes: readonly number[];
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly quantizedAxis: number;
  /** Quantization of another kind than scale and zero point: custom, or by blocks. */
  readonly hasQuantizationDetails: boolean;
  readonly isVariable: boolean;
  /** Whether it is a variable that several operators may read. */
  readonly isShared?: true;
  readonly isSparse: boolean;
  /** Number of its buffer. */
  readonly buffer: number;
  /** The file's own bytes of a constant; absent for a value that is computed. */
  readonly data?: Uint8Array;
}

export interface FileOperator {
  /** Position in the file's execution order. */
  readonly index: number;
  /** BuiltinOperator name, or CUSTOM. */
  readonly type: string;
  readonly customCode: string;
  readonly inputs: readonly (FileTensor | undefined)[];
  readonly outputs: readonly FileTensor[];
  readonly table: Table<keyof typeof operatorSchema.fields>;
  /** Of a convolution that stood between others which took its image apart. */
  readonly dilation?: Dilation;
}

/** A list of operators with its own tensors. */
export interface Subgraph {
  readonly tensors: readonly FileTensor[];
  readonly operators: readonly FileOperator[];
  readonly inputs: readonly FileTensor[];
  readonly outputs: readonly FileTensor[];
}

/** A variable of a file: what a run leaves in one tensor, and the next one finds in the other. */
export interface FileState {
  readonly input: FileTensor;
  readonly output: FileTensor;
  /** A constant of the file; zeros where absent. */
  readonly first?: FileTensor;
}

/** What of a TFLite file an import needs: its first subgraph and what that refers to. */
export interface FileModel extends Subgraph {
  /** Size of the whole file. */
  readonly fileBytes: number;
  readonly version: number;
  readonly description: string;
  /** Buffers beside the network, by name. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  readonly subgraphName: string;
  readonly subgraphCount: number;
  /** Any of the file's. @throws FormatError when there is none of that number */
  readonly subgraph: (index: number) => Subgraph;
  /** Variables that operators read and assign. */
  readonly states?: readonly FileState[];
}

const FILE_IDENTIFIER = 'TFL3';
const SCHEMA_VERSION = 3;
/** Tensor index that stands for an absent optional input. */
const ABSENT = -1;
const MINIMUM_FILE_BYTES = 8;
/** Ten times what the largest models have. */
const MAXIMUM_OPERATORS = 2 ** 14;
/** Of all operators together. */
const MAXIMUM_OPERATOR_INPUTS = 2 ** 16;
/** Of everything else that is listed: tensors, buffers, operator codes, subgraphs, metadata. */
const MAXIMUM_ENTRIES = 2 ** 16;
const MAXIMUM_NAME_LENGTH = 1000;
const MAXIMUM_TEXT_LENGTH = 10_000;

/**
 * The tables of a TFLite file as plain data.
 * @throws FormatError when the bytes are not a TFLite file of schema version 3, or refer outside the file
 * @throws UnsupportedOpError when constants lie outside the flatbuffer
 */
export function readModel(bytes: Uint8Array): FileModel {
  const file = new FlatBuffer(bytes, 'tflite');
  if (bytes.byteLength < MINIMUM_FILE_BYTES || file.identifier() !== FILE_IDENTIFIER) {
    throw new FormatError(
      `tflite: ${bytes.byteLength} bytes without the identifier "${FILE_IDENTIFIER}" at byte 4. ` +
        'This is not a TFLite file, or one of an older schema: convert the model again.',
    );
  }
  const model = file.root(modelSchema);
  const version = model.uint32('version');
  if (version !== SCHEMA_VERSION) {
    throw new FormatError(`tflite: schema version ${version}, expected ${SCHEMA_VERSION}. Convert the model again.`);
  }
  const subgraphs = model.tables('subgraphs', subGraphSchema, MAXIMUM_ENTRIES) ?? [];
  if (subgraphs.length === 0) throw new FormatError('tflite: the file has no subgraph. Convert the model again.');
  const buffers = readBuffers(model);
  const codes = readOperatorCodes(model);
  const first = readSubgraph(subgraphs[0], codes, buffers);
  for (const ends of ['inputs', 'outputs'] as const) {
    if (first[ends].length > 0) continue;
    throw new FormatError(`tflite: the first subgraph has no ${ends}, so there is nothing to run. Export it again.`);
  }
  return {
    ...first,
    fileBytes: bytes.byteLength,
    version,
    description: printable(model.string('description') ?? '', MAXIMUM_TEXT_LENGTH),
    metadata: readMetadata(model, buffers),
    subgraphName: readName(subgraphs[0].string('name')),
    subgraphCount: subgraphs.length,
    subgraph: (index) => readSubgraph(entry('a called subgraph', subgraphs, index), codes, buffers),
  };
}

function readSubgraph(
  subgraph: Table<keyof typeof subGraphSchema.fields>,
  codes: readonly OperatorCode[],
  buffers: readonly (Uint8Array | undefined)[],
): Subgraph {
  const tensors = (subgraph.tables('tensors', tensorSchema, MAXIMUM_ENTRIES) ?? []).map((table, index) =>
    readTensor(table, index, buffers),
  );
  const ends = (field: 'inputs' | 'outputs'): FileTensor[] =>
    (subgraph.int32s(field) ?? []).map((index) => entry(`SubGraph.${field}`, tensors, index));
  return {
    tensors,
    operators: readOperators(codes, subgraph, tensors),
    inputs: ends('inputs'),
    outputs: ends('outputs'),
  };
}

/** Names are keys, and stand in messages and tables. */
function readName(name: string | undefined): string {
  return printable(name ?? '', MAXIMUM_NAME_LENGTH);
}

function readBuffers(model: Table<keyof typeof modelSchema.fields>): (Uint8Array | undefined)[] {
  return (model.tables('buffers', bufferSchema, MAXIMUM_ENTRIES) ?? []).map((buffer, index) => {
    // Offsets 0 and 1 mean that there is none.
    if (buffer.uint64('offset') > 1n) {
      throw new UnsupportedOpError(
        `tflite: Buffer ${index} lies outside the flatbuffer, at byte ${buffer.uint64('offset')} of the file, as in ` +
          'models over 2 GB. Export the model with its constants inside the flatbuffer.',
      );
    }
    const data = buffer.bytes('data');
    return data === undefined || data.byteLength === 0 ? undefined : data;
  });
}

function readTensor(
  table: Table<keyof typeof tensorSchema.fields>,
  index: number,
  buffers: readonly (Uint8Array | undefined)[],
): FileTensor {
  const shape = table.int32s('shape') ?? [];
  const signature = table.int32s('shape_signature') ?? shape;
  const type = table.uint8('type');
  const quantization = table.table('quantization', quantizationSchema);
  const buffer = table.uint32('buffer');
  // Some writers leave out the empty buffer 0 that stands for "no data".
  const data = buffer === 0 ? undefined : entry(`Tensor ${index}.buffer`, buffers, buffer);
  return {
    index,
    name: readName(table.string('name')),
    type: tensorTypes[type] ?? `TYPE_${type}`,
    shape,
    dynamicAxes: shape.flatMap((size, axis) => (size === -1 || signature[axis] === -1 ? [axis] : [])),
    scales: quantization?.float32s('scale') ?? [],
    zeroPoints: quantization?.int64s('zero_point') ?? [],
    quantizedAxis: quantization?.int32('quantized_dimension') ?? 0,
    hasQuantizationDetails: (quantization?.uint8('details_type') ?? 0) !== 0,
    isVariable: table.boolean('is_variable'),
    isSparse: table.has('sparsity'),
    buffer,
    ...(data !== undefined && { data }),
  };
}

interface OperatorCode {
  readonly type: string;
  readonly customCode: string;
}

function readOperatorCodes(model: Table<keyof typeof modelSchema.fields>): OperatorCode[] {
  return (model.tables('operator_codes', operatorCodeSchema, MAXIMUM_ENTRIES) ?? []).map((code) => ({
    // Codes below 127 may stand in either field: the byte came first.
    type: builtinOperatorName(Math.max(code.int8('deprecated_builtin_code'), code.int32('builtin_code'))),
    customCode: readName(code.string('custom_code')),
  }));
}

function readOperators(
  codes: readonly OperatorCode[],
  subgraph: Table<keyof typeof subGraphSchema.fields>,
  tensors: readonly FileTensor[],
): FileOperator[] {
  let inputCount = 0;
  return (subgraph.tables('operators', operatorSchema, MAXIMUM_OPERATORS) ?? []).map((table, index) => {
    const where = `Operator ${index}`;
    const inputs = table.int32s('inputs') ?? [];
    inputCount += inputs.length;
    if (inputCount > MAXIMUM_OPERATOR_INPUTS) {
      throw new UnsupportedOpError(
        `tflite: the operators up to ${where} have ${inputCount} inputs together; at most ${MAXIMUM_OPERATOR_INPUTS} are ` +
          'read. Split the model.',
      );
    }
    const code = entry(`${where}.opcode_index`, codes, table.uint32('opcode_index'));
    return {
      index,
      type: code.type,
      customCode: code.type === CUSTOM_OPERATOR ? code.customCode : '',
      inputs: inputs.map((tensor) => (tensor === ABSENT ? undefined : entry(`${where}.inputs`, tensors, tensor))),
      outputs: (table.int32s('outputs') ?? []).map((tensor) => entry(`${where}.outputs`, tensors, tensor)),
      table,
    };
  });
}

function readMetadata(
  model: Table<keyof typeof modelSchema.fields>,
  buffers: readonly (Uint8Array | undefined)[],
): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const metadata of model.tables('metadata', metadataSchema, MAXIMUM_ENTRIES) ?? []) {
    const bytes = entry('Metadata.buffer', buffers, metadata.uint32('buffer'));
    if (bytes !== undefined) found.set(readName(metadata.string('name')), bytes);
  }
  return found;
}

function entry<T>(what: string, list: readonly T[], index: number): T {
  if (index < 0 || index >= list.length) {
    throw new FormatError(
      `tflite: ${what} is ${index}, the file has entries 0 to ${list.length - 1}. The file is damaged or cut short.`,
    );
  }
  return list[index];
}
