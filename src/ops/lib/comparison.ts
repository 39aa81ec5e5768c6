import shader from '../../../shaders/compare.wgsl';
import { UnsupportedOpError } from '../../errors.ts';
import { isQuantizedDType } from '../../tensor/dtype.ts';
import type { Quantization } from '../../tensor/quantization.ts';
import { broadcastShapes, elementCount, quadCount } from '../../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../../tensor/tensor.ts';
import {
  type Binding,
  defineOp,
  type Dispatch,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from '../define-op.ts';
import { broadcastStrides, offsetAt } from './axes.ts';
import { broadcastConstants, broadcastPartition } from './broadcast.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { operand, operandType, streamingCost, tensorQuantization } from './operands.ts';
import { reorderElementwise } from './reorder.ts';

export type ComparisonAttributes = Readonly<Record<string, never>>;

/** How two numbers can lie to each other. Bit n stands for the result n of `order` in `shaders/lib`. */
export const orders = { unordered: 1, less: 2, equal: 4, greater: 8 } as const;

/**
 * Declares a comparison of two tensors that broadcast: 1 where their numbers lie in one of some orders, else 0. Codes
 * are compared as the real numbers they stand for, whatever their scales. On the device at most four leading axes may
 * remain after merging those that both inputs walk alike.
 * @param truth the orders, added
 */
export function defineComparison(name: string, truth: number): OpDefinition<ComparisonAttributes> {
  return defineOp<ComparisonAttributes>({
    name,
    inferShape(context) {
      const [a, b] = operandTypes(name, context);
      return [broadcastShapes(a.shape, b.shape, `${name} "${context.name}"`)];
    },
    reference(context, inputs) {
      const types = operandTypes(name, context);
      const y = emptyTensor(context.outputs[0]);
      if (!isComparable(context)) {
        throw new UnsupportedOpError(
          `${name} "${context.name}": ${types[0].dtype} and ${types[1].dtype} cannot be compared to ${y.dtype}. Use two inputs of one type, and an int32 output.`,
        );
      }
      const [a, b] = types.map((type, index) => {
        const { data } = operand(name, context, inputs, index);
        const strides = broadcastStrides(type.shape, y.shape);
        const real = realOf(name, context.name, type);
        return (i: number): number => real(data[offsetAt(i, y.shape, strides)]);
      });
      for (let i = 0; i < y.data.length; i++) y.data[i] = (truth & orderOf(a(i), b(i))) === 0 ? 0 : 1;
      return [y];
    },
    kernels: [
      {
        name: 'compare',
        accepts: (context) =>
          isComparable(context) && context.inputs[0]!.dtype !== 'uint8' && constantsOf(name, context) !== undefined,
        dispatch(context) {
          const [a, b] = operandTypes(name, context);
          const data = (): Int32Array =>
            codePlaces(tensorQuantization(name, context.name, a), tensorQuantization(name, context.name, b));
          const tables = a.dtype === 'int8' ? [{ constant: 'places', sizeBytes: 4 * 256, data }] : [];
          const bindings = [{ input: 0 }, { input: 1 }, { output: 0 }, ...tables];
          return comparisonDispatch(context, truth, bindings, constantsOf(name, context)!);
        },
      },
    ],
    partition: broadcastPartition(),
    reorder: reorderElementwise,
  });
}

/**
 * A launch of `compare.wgsl`.
 * @param bindings two operands, the output, and for codes the places of the first operand's among the second's
 * @param broadcast constants of the operands
 */
export function comparisonDispatch<A>(
  context: KernelContext<A>,
  truth: number,
  bindings: readonly Binding[],
  broadcast: Readonly<Record<string, number>>,
): Dispatch {
  const { dtype } = context.inputs[0]!;
  const { shape } = context.outputs[0];
  const launch = linearDispatch(quadCount(shape));
  return {
    shader,
    imports: dtype === 'int8' ? { 'values-float': 'values-int8', 'order-numbers': 'order-codes' } : {},
    constants: {
      ...launch.constants,
      ...broadcast,
      QUADS: quadCount(shape),
      TRUTH: truth,
      ...(dtype === 'int32' && { Value: 'i32' }),
    },
    bindings,
    workgroups: launch.workgroups,
    cost: streamingCost(context, elementCount(shape)),
  };
}

type Node = Pick<OpContext<ComparisonAttributes>, 'name' | 'inputs'>;

function operandTypes(op: string, node: Node): readonly [TensorType, TensorType] {
  return [operandType(op, node, 0), operandType(op, node, 1)];
}

function isComparable({ inputs: [a, b], outputs: [y] }: OpContext<ComparisonAttributes>): boolean {
  return a?.dtype === b?.dtype && y.dtype === 'int32';
}

function constantsOf(op: string, context: OpContext<ComparisonAttributes>): ReturnType<typeof broadcastConstants> {
  const [a, b] = operandTypes(op, context);
  return broadcastConstants([a.shape, b.shape], context.outputs[0].shape);
}

/** The number that an element stands for: exact, a float32 scale times an integer of nine bits. */
function realOf(op: string, name: string, type: TensorType): (element: number) => number {
  if (!isQuantizedDType(type.dtype)) return (element) => element;
  const { scales, zeroPoints } = tensorQuantization(op, name, type);
  return (code) => scales[0] * (code - zeroPoints[0]);
}

function orderOf(a: number, b: number): number {
  if (a < b) return orders.less;
  if (a > b) return orders.greater;
  return a === b ? orders.equal : orders.unordered;
}

/**
 * Where the number of each int8 code of a lies among those of b's codes: 2·q where b's code q stands for it, 2·q − 1
 * where it is between q − 1 and q.
 */
function codePlaces(a: Quantization, b: Quantization): Int32Array {
  const real = ({ scales, zeroPoints }: Quantization, index: number): number =>
    scales[0] * (index - 128 - zeroPoints[0]);
  return Int32Array.from({ length: 256 }, (_, index) => {
    const number = real(a, index);
    let next = 0;
    while (next < 256 && real(b, next) < number) next++;
    return 2 * (next - 128) - (next < 256 && real(b, next) === number ? 0 : 1);
  });
}
