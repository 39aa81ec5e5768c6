import rowsShader from '../../shaders/slice.wgsl';
import elementsShader from '../../shaders/transpose.wgsl';
import { ShapeError } from '../errors.ts';
import type { Quantization } from '../tensor/quantization.ts';
import { sameOnDevice } from '../tensor/quads.ts';
import { formatShape, quadCount, quadsPerRow, rowLength, type Shape } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type KernelContext, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides, kernelAxes, numbered, offsetAt } from './lib/axes.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, quadsImport, requireSameEncoding, streamingCost } from './lib/operands.ts';

export interface TransposeAttributes {
  /** For each axis of the output, the axis of the input that it is. */
  readonly permutation: readonly number[];
}

type Node = Pick<OpContext<TransposeAttributes>, 'name' | 'attributes' | 'inputs'>;

/** The last axis stays: whole rows move, as they do in a slice. */
const rows: Kernel<TransposeAttributes> = {
  name: 'slice',
  accepts: (context) => isMovable(context) && keepsRows(context) && rowAxes(context) !== undefined,
  dispatch(context) {
    const { shape } = context.outputs[0];
    return move(context, rowsShader, {
      X_ROW_QUADS: quadsPerRow(shape),
      Y_ROW_QUADS: quadsPerRow(shape),
      Y_CHANNELS: rowLength(shape),
      CHANNEL_BEGIN: 0,
      CHANNEL_STRIDE: 1,
      FIRST_ROW: 0,
      ...axisConstants(rowAxes(context)!),
    });
  },
};

const elements: Kernel<TransposeAttributes> = {
  name: 'transpose',
  accepts: (context) => isMovable(context) && elementAxes(context) !== undefined,
  dispatch: (context) =>
    move(context, elementsShader, {
      X_CHANNELS: rowLength(operandType('transpose', context, 0).shape),
      Y_CHANNELS: rowLength(context.outputs[0].shape),
      ...axisConstants(elementAxes(context)!),
    }),
};

function move(
  context: KernelContext<TransposeAttributes>,
  shader: string,
  constants: Readonly<Record<string, number>>,
): ReturnType<Kernel<TransposeAttributes>['dispatch']> {
  const input = operandType('transpose', context, 0);
  const [output] = context.outputs;
  requireSameEncoding('transpose', context.name, encodedAs(context), output);
  const launch = linearDispatch(quadCount(output.shape));
  return {
    shader,
    imports: quadsImport(output),
    constants: { ...launch.constants, X_QUADS: quadCount(input.shape), Y_QUADS: quadCount(output.shape), ...constants },
    bindings: [{ input: 0 }, { output: 0 }],
    workgroups: launch.workgroups,
    cost: streamingCost(context, 0),
  };
}

/**
 * The same elements with the axes in another order: y's axis a is x's axis permutation[a].
 * Input of any shape and dtype. A quantization along an axis moves with it.
 * On the device int8, float32 and int32, and at most four axes may remain after merging those that stay neighbours.
 * @see TFLite TRANSPOSE, ONNX Transpose
 */
export const transpose: OpDefinition<TransposeAttributes> = defineOp({
  name: 'transpose',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = operandType('transpose', context, 0);
    const { permutation } = context.attributes;
    if (permutation.length !== shape.length || shape.some((_, axis) => !permutation.includes(axis))) {
      throw new ShapeError(
        `transpose "${context.name}": permutation ${formatShape(permutation)} does not fit input ${formatShape(shape)}. Name each of its ${shape.length} axes once.`,
      );
    }
    return [permutation.map((axis) => shape[axis])];
  },
  reference(context, inputs) {
    const x = operand('transpose', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('transpose', context.name, encodedAs(context), type);
    const y = emptyTensor(type);
    const strides = sourceStrides(context, x.shape);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[offsetAt(i, y.shape, strides)];
    return [y];
  },
  kernels: [rows, elements],
  partition: {
    unit: () => 1,
    part: ({ attributes }, range) => ({
      attributes,
      inputs: [{ input: 0, ranges: [{ ...range, axis: attributes.permutation[range.axis] }] }],
    }),
  },
  /** Axes of size 1 move freely: the elements stay in their order, and the rows as they are padded. */
  inputOffsets(context) {
    const { shape } = operandType('transpose', context, 0);
    const [output] = context.outputs;
    requireSameEncoding('transpose', context.name, encodedAs(context), output);
    const moved = context.attributes.permutation.filter((axis) => shape[axis] !== 1);
    const isOrdered = moved.every((axis, index) => index === 0 || axis > moved[index - 1]);
    return isOrdered && sameOnDevice(shape, output.shape) ? [0] : undefined;
  },
});

function isMovable(context: KernelContext<TransposeAttributes>): boolean {
  return (['int8', 'float32', 'int32'] as const).some((dtype) => everyDType(context, dtype));
}

function keepsRows({ attributes: { permutation } }: Node): boolean {
  return permutation.at(-1) === permutation.length - 1;
}

/** How far apart in the input the neighbours along each axis of the output are. */
function sourceStrides({ attributes: { permutation } }: Node, shape: Shape): readonly number[] {
  const strides = denseStrides(shape);
  return permutation.map((axis) => strides[axis]);
}

function rowAxes(context: OpContext<TransposeAttributes>) {
  const { shape } = operandType('transpose', context, 0);
  const { permutation } = context.attributes;
  const outer = { ...context, attributes: { permutation: permutation.slice(0, -1) } };
  return kernelAxes(context.outputs[0].shape.slice(0, -1), [sourceStrides(outer, shape.slice(0, -1))]);
}

function elementAxes(context: OpContext<TransposeAttributes>) {
  const { shape } = operandType('transpose', context, 0);
  return kernelAxes(context.outputs[0].shape, [sourceStrides(context, shape)]);
}

function axisConstants({ sizes, strides }: NonNullable<ReturnType<typeof kernelAxes>>): Record<string, number> {
  return { ...numbered('SIZE', sizes), ...numbered('STRIDE', strides[0]) };
}

/** The type that the output must have. */
function encodedAs(context: Node): TensorType {
  const type = operandType('transpose', context, 0);
  const { quantization } = type;
  if (quantization?.axis === undefined) return type;
  const axis = context.attributes.permutation.indexOf(quantization.axis);
  const moved: Quantization = { ...quantization, axis };
  return { ...type, quantization: moved };
}
