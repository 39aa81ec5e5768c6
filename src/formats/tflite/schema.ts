import type { TableSchema } from './flatbuffer.ts';

// Field numbers of the public TFLite schema, version 3 (tensorflow/lite/schema/schema.fbs). Only what is read is here;
// the options of an operator stand in that operator's own file.

const schema = <F extends string>(table: string, fields: Readonly<Record<F, number>>): TableSchema<F> => ({
  table,
  fields,
});

export const modelSchema = schema('Model', {
  version: 0,
  operator_codes: 1,
  subgraphs: 2,
  description: 3,
  buffers: 4,
  metadata: 6,
});

export const operatorCodeSchema = schema('OperatorCode', {
  deprecated_builtin_code: 0,
  custom_code: 1,
  builtin_code: 3,
});

export const subGraphSchema = schema('SubGraph', { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 });

export const tensorSchema = schema('Tensor', {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  is_variable: 5,
  sparsity: 6,
  shape_signature: 7,
});

export const quantizationSchema = schema('QuantizationParameters', {
  scale: 2,
  zero_point: 3,
  details_type: 4,
  quantized_dimension: 6,
});

export const operatorSchema = schema('Operator', {
  opcode_index: 0,
  inputs: 1,
  outputs: 2,
  builtin_options_type: 3,
  builtin_options: 4,
});

export const bufferSchema = schema('Buffer', { data: 0, offset: 1, size: 2 });

export const metadataSchema = schema('Metadata', { name: 0, buffer: 1 });

/** Names of TensorType by number. */
export const tensorTypes: readonly string[] = [
  'FLOAT32',
  'FLOAT16',
  'INT32',
  'UINT8',
  'INT64',
  'STRING',
  'BOOL',
  'INT16',
  'COMPLEX64',
  'INT8',
  'FLOAT64',
  'COMPLEX128',
  'UINT64',
  'RESOURCE',
  'VARIANT',
  'UINT32',
  'UINT16',
  'INT4',
];

/** Names of ActivationFunctionType by number. */
export const activationTypes: readonly string[] = ['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'TANH', 'SIGN_BIT'];
