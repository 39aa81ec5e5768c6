import { buildTflite, type ModelSpec, type OperatorSpec, type TensorSpec } from './tflite-builder.ts';
import { operatorCode, x, y } from './tflite-models.ts';

/** BuiltinOperator numbers of the public schema. */
export const variableCode = { CALL_ONCE: 129, HANDLE: 142, READ: 143, ASSIGN: 144 } as const;
const RESOURCE = 13;

export const handle = (name: string): TensorSpec => ({ name, shape: [1], type: RESOURCE });
/** Makes a handle of the variable. */
export const handleOf = (name: string, output: number): OperatorSpec => ({
  code: variableCode.HANDLE,
  inputs: [],
  outputs: [output],
  options: [111, { 0: { string: '' }, 1: { string: name } }],
});
/** Runs a subgraph before the first run. */
export const callOnce = (index: number): OperatorSpec => ({
  code: variableCode.CALL_ONCE,
  inputs: [],
  outputs: [],
  options: [103, { 0: { int32: index } }],
});

/** y = x + the sum of all x before, which begins at the given numbers. */
export function accumulator(first?: readonly number[], change: Partial<ModelSpec> = {}): Uint8Array {
  const before: readonly OperatorSpec[] = first === undefined ? [] : [callOnce(1)];
  return buildTflite({
    tensors: [x(1, 2), handle('total'), { name: 'before', shape: [1, 2] }, y(1, 2)],
    operators: [
      ...before,
      handleOf('total', 1),
      { code: variableCode.READ, inputs: [1], outputs: [2] },
      { code: operatorCode.ADD, inputs: [0, 2], outputs: [3], options: [11, {}] },
      { code: variableCode.ASSIGN, inputs: [1, 3], outputs: [] },
    ],
    inputs: [0],
    outputs: [3],
    others: [
      {
        tensors: [handle('total'), { name: 'first', shape: [1, 2], data: Float32Array.from(first ?? [0, 0]) }],
        operators: [handleOf('total', 0), { code: variableCode.ASSIGN, inputs: [0, 1], outputs: [] }],
        inputs: [],
        outputs: [],
      },
    ],
    ...change,
  });
}
