import type { TensorType } from '../tensor/tensor.ts';
import type { Step } from './compile.ts';
import type { LayerReport } from './reports.ts';

/** A step for reports; `type` is its output's as the caller's graph has it. */
export function describeStep({ node, kernel, dispatch }: Step, type: TensorType): LayerReport {
  return {
    name: node.name,
    op: node.op,
    kernel: kernel?.name ?? 'none',
    dtype: type.dtype,
    shape: type.shape,
    quantization: type.quantization,
    operations: dispatch?.cost.operations ?? 0,
    bytes: dispatch?.cost.bytes ?? 0,
  };
}
