import { buildFlatbuffer, type FieldSpec, type TableSpec } from './flatbuffer-builder.ts';

/** TensorType numbers of the public schema. */
export const tensorType = {
  FLOAT32: 0,
  FLOAT16: 1,
  INT32: 2,
  UINT8: 3,
  INT64: 4,
  BOOL: 6,
  INT16: 7,
  INT8: 9,
  INT4: 17,
} as const;

export interface TensorSpec {
  readonly name?: string;
  readonly shape: readonly number[];
  /** FLOAT32 when absent. */
  readonly type?: number;
  readonly data?: Float32Array | Uint16Array | Int16Array | Int32Array | Int8Array | Uint8Array | BigInt64Array;
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly bigint[];
  readonly axis?: number;
  /** Further fields of the Tensor table, by number. */
  readonly fields?: TableSpec;
}

export interface OperatorSpec {
  /** BuiltinOperator number. */
  readonly code: number;
  readonly customCode?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Number of the BuiltinOptions member, and its fields. */
  readonly options?: readonly [unionType: number, fields: TableSpec];
  readonly customOptions?: Uint8Array;
  /** Further fields of the Operator table, by number. */
  readonly fields?: TableSpec;
}

export interface ModelSpec {
  readonly tensors: readonly TensorSpec[];
  readonly operators: readonly OperatorSpec[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Further fields of the Model table, by number. */
  readonly fields?: TableSpec;
  /** How many times the subgraph is there. */
  readonly subgraphs?: number;
  /** Subgraphs after the first. */
  readonly others?: readonly Pick<ModelSpec, 'tensors' | 'operators' | 'inputs' | 'outputs'>[];
}

/** A small TFLite file, by the field numbers of the public schema. Every operator has its own operator code. */
export function buildTflite(spec: ModelSpec): Uint8Array<ArrayBuffer> {
  const buffers: TableSpec[] = [{}];
  const codes: TableSpec[] = [];
  const subgraphOf = ({
    tensors,
    operators,
    inputs,
    outputs,
  }: NonNullable<ModelSpec['others']>[number]): TableSpec => ({
    0: { tables: tensors.map((tensor) => tensorTable(tensor, buffers)) },
    1: { int32s: inputs },
    2: { int32s: outputs },
    3: { tables: operators.map((operator) => operatorTable(operator, codes)) },
  });
  const first = subgraphOf(spec);
  const subgraphs = [
    ...Array.from({ length: spec.subgraphs ?? 1 }, () => first),
    ...(spec.others ?? []).map((other) => subgraphOf(other)),
  ];
  return buildFlatbuffer({
    0: { int32: 3 },
    1: { tables: codes },
    2: { tables: subgraphs },
    4: { tables: buffers },
    ...spec.fields,
  });
}

function tensorTable(tensor: TensorSpec, buffers: TableSpec[]): TableSpec {
  if (tensor.data !== undefined) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    buffers.push({ 0: { bytes: new Uint8Array(buffer, byteOffset, byteLength) } });
  }
  return {
    0: { int32s: tensor.shape },
    1: { int8: tensor.type ?? tensorType.FLOAT32 },
    2: { int32: tensor.data === undefined ? 0 : buffers.length - 1 },
    3: { string: tensor.name ?? '' },
    ...(tensor.scales && { 4: { table: quantization(tensor) } }),
    ...tensor.fields,
  };
}

function operatorTable(operator: OperatorSpec, codes: TableSpec[]): TableSpec {
  const { code, customCode } = operator;
  codes.push({
    0: { int8: Math.min(code, 127) },
    ...(customCode !== undefined && { 1: { string: customCode } }),
    3: { int32: code },
  });
  return {
    0: { int32: codes.length - 1 },
    1: { int32s: operator.inputs },
    2: { int32s: operator.outputs },
    ...(operator.options && { 3: { int8: operator.options[0] }, 4: { table: operator.options[1] } }),
    ...(operator.customOptions && { 5: { bytes: operator.customOptions } }),
    ...operator.fields,
  };
}

function quantization({ scales = [], zeroPoints, axis }: TensorSpec): TableSpec {
  const fields: Record<number, FieldSpec> = { 2: { float32s: scales } };
  if (zeroPoints !== undefined) fields[3] = { int64s: zeroPoints };
  if (axis !== undefined) fields[6] = { int32: axis };
  return fields;
}
