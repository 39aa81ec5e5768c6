import binaryInt8 from '../../../shaders/binary-int8.wgsl';
import binaryInt8Broadcast from '../../../shaders/binary-int8-broadcast.wgsl';
import binaryNumber from '../../../shaders/binary-number.wgsl';
import binaryNumberBroadcast from '../../../shaders/binary-number-broadcast.wgsl';
import { codeRange } from '../../tensor/dtype.ts';
import type { Quantization } from '../../tensor/quantization.ts';
import { broadcastShapes, elementCount, quadCount, sameShape, type Shape } from '../../tensor/shape.ts';
import { emptyTensor } from '../../tensor/tensor.ts';
import {
  type Binding,
  defineOp,
  type Dispatch,
  type Kernel,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from '../define-op.ts';
import { absorbActivation } from './absorb-activation.ts';
import type { Activation } from './activation.ts';
import { broadcastStrides, offsetAt } from './axes.ts';
import { broadcastConstants, broadcastPartition } from './broadcast.ts';
import { applyActivation, clampConstants } from './clamp-float.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { computesOnCodes, everyDType, operandType, operand, streamingCost, tensorQuantization } from './operands.ts';
import { reorderElementwise } from './reorder.ts';

export interface BinaryAttributes {
  readonly activation: Activation;
}

/** Of both inputs and the output. */
export type BinaryQuantizations = readonly [Quantization, Quantization, Quantization];

/** How two codes become one: the arithmetic on the host, and what specializes a shader that imports `codes-sum` for it. */
export interface BinaryCodes {
  /** @param range smallest and largest code of the output's dtype */
  readonly combine: (
    quantizations: BinaryQuantizations,
    context: OpContext<BinaryAttributes>,
    range: readonly [number, number],
  ) => (a: number, b: number) => number;
  readonly kernel: (
    quantizations: BinaryQuantizations,
    context: KernelContext<BinaryAttributes>,
  ) => {
    readonly imports: Readonly<Record<string, string>>;
    readonly constants: Readonly<Record<string, number | string>>;
    /** After the output. */
    readonly bindings?: readonly Binding[];
  };
}

/** A function of two real numbers, applied to tensors that broadcast. */
export interface BinaryFunction {
  readonly name: string;
  /** The function in double precision. */
  readonly evaluate: (a: number, b: number) => number;
  /** The file of `shaders/lib` that computes it on floats, instead of `combine-sum`. */
  readonly shader: string;
  readonly codes: BinaryCodes;
  /** The function of two int32, where shapes and indices are computed with it. */
  readonly int32?: {
    readonly evaluate: (a: number, b: number) => number;
    /** As `shader`. */
    readonly shader: string;
  };
}

type BinaryDType = 'int8' | 'float32' | 'int32';

/**
 * Declares the op of a function of two numbers with NumPy broadcasting and an activation: shapes are aligned at the last
 * axis, sizes are equal or 1. On the device at most four leading axes may remain after merging those that both inputs
 * walk alike.
 */
export function defineBinaryOp(binary: BinaryFunction): OpDefinition<BinaryAttributes> {
  const { name, evaluate, codes } = binary;
  return defineOp<BinaryAttributes>({
    name,
    quantization: { output: 'calibrated' },
    inferShape: (context) => [broadcastShapes(...shapes(name, context), `${name} "${context.name}"`)],
    reference(context, inputs) {
      const a = operand(name, context, inputs, 0);
      const b = operand(name, context, inputs, 1);
      const y = emptyTensor(context.outputs[0]);
      const aStrides = broadcastStrides(a.shape, y.shape);
      const bStrides = broadcastStrides(b.shape, y.shape);
      const combine = isInt32(binary, context)
        ? binary.int32!.evaluate
        : computesOnCodes(name, context)
          ? codes.combine(quantizations(name, context), context, codeRange(y.dtype as 'int8' | 'uint8'))
          : (left: number, right: number): number =>
              applyActivation(evaluate(left, right), context.attributes.activation);
      for (let i = 0; i < y.data.length; i++) {
        y.data[i] = combine(a.data[offsetAt(i, y.shape, aStrides)], b.data[offsetAt(i, y.shape, bStrides)]);
      }
      return [y];
    },
    kernels: [
      sameShapeKernel(binary, 'int8', 'binary-int8', binaryInt8),
      sameShapeKernel(binary, 'float32', 'binary-number', binaryNumber),
      sameShapeKernel(binary, 'int32', 'binary-number', binaryNumber),
      broadcastKernel(binary, 'int8', 'binary-int8-broadcast', binaryInt8Broadcast),
      broadcastKernel(binary, 'float32', 'binary-number-broadcast', binaryNumberBroadcast),
      broadcastKernel(binary, 'int32', 'binary-number-broadcast', binaryNumberBroadcast),
    ],
    partition: broadcastPartition(),
    reorder: reorderElementwise,
    absorbConsumer: absorbActivation,
  });
}

function sameShapeKernel(
  binary: BinaryFunction,
  dtype: BinaryDType,
  name: string,
  shader: string,
): Kernel<BinaryAttributes> {
  return {
    name,
    accepts: (context) => accepts(binary, context, dtype) && sameShape(...shapes(binary.name, context)),
    dispatch: (context) => binaryDispatch(binary, context, shader, dtype, {}),
  };
}

function broadcastKernel(
  binary: BinaryFunction,
  dtype: BinaryDType,
  name: string,
  shader: string,
): Kernel<BinaryAttributes> {
  return {
    name,
    accepts: (context) => accepts(binary, context, dtype) && broadcast(binary.name, context) !== undefined,
    dispatch(context) {
      return binaryDispatch(binary, context, shader, dtype, broadcast(binary.name, context)!);
    },
  };
}

function binaryDispatch(
  { name, shader: combine, codes, int32 }: BinaryFunction,
  context: KernelContext<BinaryAttributes>,
  shader: string,
  dtype: BinaryDType,
  constants: Readonly<Record<string, number>>,
): Dispatch {
  const { shape } = context.outputs[0];
  const quads = quadCount(shape);
  const launch = linearDispatch(quads);
  const numbers = (): ReturnType<BinaryCodes['kernel']> =>
    dtype === 'float32'
      ? { imports: { 'combine-sum': combine }, constants: { ...clampConstants(context.attributes.activation) } }
      : { imports: { 'combine-sum': int32!.shader, 'clamp-float': 'clamp-none' }, constants: { Number: 'i32' } };
  const specialized = dtype === 'int8' ? codes.kernel(quantizations(name, context), context) : numbers();
  return {
    shader,
    imports: specialized.imports,
    constants: { QUADS: quads, ...launch.constants, ...constants, ...specialized.constants },
    bindings: [{ input: 0 }, { input: 1 }, { output: 0 }, ...(specialized.bindings ?? [])],
    workgroups: launch.workgroups,
    cost: streamingCost(context, elementCount(shape)),
  };
}

/** Integers have no activations. */
function accepts(binary: BinaryFunction, context: KernelContext<BinaryAttributes>, dtype: BinaryDType): boolean {
  return dtype === 'int32' ? isInt32(binary, context) : everyDType(context, dtype);
}

function isInt32({ int32 }: BinaryFunction, context: OpContext<BinaryAttributes>): boolean {
  return int32 !== undefined && everyDType(context, 'int32') && context.attributes.activation === 'none';
}

function shapes(
  op: string,
  context: Omit<OpContext<BinaryAttributes>, 'outputs' | 'rounding'>,
): readonly [Shape, Shape] {
  return [operandType(op, context, 0).shape, operandType(op, context, 1).shape];
}

function quantizations(op: string, context: OpContext<BinaryAttributes>): BinaryQuantizations {
  const { name } = context;
  return [
    tensorQuantization(op, name, operandType(op, context, 0)),
    tensorQuantization(op, name, operandType(op, context, 1)),
    tensorQuantization(op, name, context.outputs[0]),
  ];
}

function broadcast(op: string, context: OpContext<BinaryAttributes>): ReturnType<typeof broadcastConstants> {
  return broadcastConstants(shapes(op, context), context.outputs[0].shape);
}
