// Field numbers of the public TFLite schema, version 3 (tensorflow/lite/schema/schema.fbs). Only what is read is here;
// the options of an operator stand in that operator's own file.

export const modelSchema = {
  table: 'Model',
  fields: {
    version: 0,
    operator_codes: 1,
    subgraphs: 2,
    description: 3,
    buffers: 4,
    metadata: 6,
  },
} as const;

export const operatorCodeSchema = {
  table: 'OperatorCode',
  fields: {
    deprecated_builtin_code: 0,
    custom_code: 1,
    builtin_code: 3,
  },
} as const;

export const subGraphSchema = {
  table: 'SubGraph',
  fields: { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 },
} as const;

export const tensorSchema = {
  table: 'Tensor',
  fields: {
    shape: 0,
    type: 1,
    buffer: 2,
    name: 3,
    quantization: 4,
    is_variable: 5,
    sparsity: 6,
    shape_signature: 7,
  },
} as const;

export const quantizationSchema = {
  table: 'QuantizationParameters',
  fields: {
    scale: 2,
    zero_point: 3,
    details_type: 4,
    quantized_dimension: 6,
  },
} as const;

export const operatorSchema = {
  table: 'Operator',
  fields: {
    opcode_index: 0,
    inputs: 1,
    outputs: 2,
    builtin_options_type: 3,
    builtin_options: 4,
    custom_options: 5,
    builtin_options_2_type: 11,
    builtin_options_2: 12,
  },
} as const;

export const bufferSchema = { table: 'Buffer', fields: { data: 0, offset: 1, size: 2 } } as const;

export const metadataSchema = { table: 'Metadata', fields: { name: 0, buffer: 1 } } as const;

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
