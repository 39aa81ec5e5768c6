import { tfliteGraph, type TfliteImportOptions } from '../../src/formats/tflite/index.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { validateGraph } from '../../src/graph/validate.ts';
import type { TableSpec } from './flatbuffer-builder.ts';
import { buildTflite, type TensorSpec, tensorType } from './tflite-builder.ts';

/** BuiltinOperator numbers of the public schema. */
export const operatorCode = {
  ADD: 0,
  AVERAGE_POOL_2D: 1,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  MAX_POOL_2D: 17,
  RELU: 19,
  RELU_N1_TO_1: 20,
  RELU6: 21,
  RESHAPE: 22,
  SOFTMAX: 25,
  EMBEDDING_LOOKUP_SPARSE: 33,
  CUSTOM: 32,
  PAD: 34,
  MEAN: 40,
  SQUEEZE: 43,
  PADV2: 60,
  EXPAND_DIMS: 70,
  UNPACK: 88,
  QUANTIZE: 114,
  WHILE: 119,
} as const;

/** A model of one operator: the first tensor is its input, the last its output, those between are constants. */
export function singleOperator(
  operator: number,
  tensors: readonly TensorSpec[],
  options?: readonly [number, TableSpec],
  inputs = tensors.slice(0, -1).map((_, index) => index),
): Uint8Array<ArrayBuffer> {
  const last = tensors.length - 1;
  return buildTflite({
    tensors,
    operators: [{ code: operator, inputs, outputs: [last], ...(options && { options }) }],
    inputs: [0],
    outputs: [last],
  });
}

/** The imported graph, which must be valid. */
export function importValid(bytes: Uint8Array, options?: TfliteImportOptions): Graph {
  const graph = tfliteGraph(bytes, options);
  validateGraph(graph);
  return graph;
}

/** 0, 1, 2 … as many as the shape has elements. */
export const floats = (...shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => index);

/** A float value, input or output of the small models. */
export const x = (...shape: readonly number[]): TensorSpec => ({ name: 'x', shape });
export const y = (...shape: readonly number[]): TensorSpec => ({ name: 'y', shape });
/** A constant list of integers. */
export const int32s = (...data: readonly number[]): TensorSpec => ({
  name: 'parameters',
  shape: [data.length],
  type: tensorType.INT32,
  data: Int32Array.from(data),
});
/** An int8 value. */
export const codes = (name: string, shape: readonly number[], scale = 0.5, zeroPoint = 3n): TensorSpec => ({
  name,
  shape,
  type: tensorType.INT8,
  scales: [scale],
  zeroPoints: [zeroPoint],
});
