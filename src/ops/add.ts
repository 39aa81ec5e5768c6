import addFloat from '../../shaders/add-float.wgsl';
import addFloatBroadcast from '../../shaders/add-float-broadcast.wgsl';
import addInt8 from '../../shaders/add-int8.wgsl';
import addInt8Broadcast from '../../shaders/add-int8-broadcast.wgsl';
import { codeRange } from '../tensor/dtype.ts';
import {
  broadcastShapes,
  elementCount,
  quadCount,
  quadsPerRow,
  rowLength,
  sameShape,
  type Shape,
} from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import {
  type AxisRange,
  defineOp,
  type Dispatch,
  type Kernel,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from './define-op.ts';
import { absorbActivation } from './lib/absorb-activation.ts';
import type { Activation } from './lib/activation.ts';
import { addCodes, addCodesConstants, addParameters } from './lib/add-codes.ts';
import { broadcastStrides, kernelAxes, type KernelAxes, numbered, offsetAt } from './lib/axes.ts';
import { applyActivation, clampConstants } from './lib/clamp-float.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import {
  computesOnCodes,
  everyDType,
  operand,
  operandType,
  streamingCost,
  tensorQuantization,
} from './lib/operands.ts';

export interface AddAttributes {
  readonly activation: Activation;
}

type DType = 'int8' | 'float32';

function sameShapeKernel(dtype: DType, name: string, shader: string): Kernel<AddAttributes> {
  return {
    name,
    accepts: (context) => everyDType(context, dtype) && sameShape(...shapes(context)),
    dispatch: (context) => addDispatch(context, shader, dtype, {}),
  };
}

function broadcastKernel(dtype: DType, name: string, shader: string): Kernel<AddAttributes> {
  return {
    name,
    accepts: (context) => everyDType(context, dtype) && leadingAxes(context) !== undefined,
    dispatch(context) {
      const axes = leadingAxes(context) as KernelAxes;
      const [a, b] = shapes(context);
      const channels = rowLength(context.outputs[0].shape);
      return addDispatch(context, shader, dtype, {
        A_QUADS: quadCount(a),
        B_QUADS: quadCount(b),
        ROW_QUADS: quadsPerRow(context.outputs[0].shape),
        ...numbered('SIZE', axes.sizes),
        ...numbered('A_STRIDE', axes.strides[0]),
        ...numbered('B_STRIDE', axes.strides[1]),
        A_REPEATS_CHANNEL: channels > 1 && rowLength(a) === 1 ? 1 : 0,
        B_REPEATS_CHANNEL: channels > 1 && rowLength(b) === 1 ? 1 : 0,
      });
    },
  };
}

function addDispatch(
  context: KernelContext<AddAttributes>,
  shader: string,
  dtype: DType,
  constants: Readonly<Record<string, number>>,
): Dispatch {
  const { shape } = context.outputs[0];
  const quads = quadCount(shape);
  const launch = linearDispatch(quads);
  const specialized =
    dtype === 'int8'
      ? addCodesConstants(...quantizations(context), context.attributes.activation, context.rounding)
      : { imports: {}, constants: { ...clampConstants(context.attributes.activation) } };
  return {
    shader,
    imports: specialized.imports,
    constants: { QUADS: quads, ...launch.constants, ...constants, ...specialized.constants },
    bindings: [{ input: 0 }, { input: 1 }, { output: 0 }],
    workgroups: launch.workgroups,
    cost: streamingCost(context, elementCount(shape)),
  };
}

/**
 * Sum of two tensors with NumPy broadcasting: y = activation(a + b).
 * On 8-bit codes the three quantizations may differ; the arithmetic is in integers (see addParameters).
 * Inputs of shapes that broadcast (sizes equal or 1, aligned at the last axis); the output has the broadcast shape.
 * On the device at most four leading axes may remain after merging those that both inputs walk alike.
 */
export const add: OpDefinition<AddAttributes> = defineOp({
  name: 'add',
  quantization: { output: 'calibrated' },
  inferShape: (context) => [broadcastShapes(...shapes(context), `add "${context.name}"`)],
  reference(context, inputs) {
    const a = operand('add', context, inputs, 0);
    const b = operand('add', context, inputs, 1);
    const y = emptyTensor(context.outputs[0]);
    const aStrides = broadcastStrides(a.shape, y.shape);
    const bStrides = broadcastStrides(b.shape, y.shape);
    const { activation } = context.attributes;
    let sum = (left: number, right: number): number => applyActivation(left + right, activation);
    if (computesOnCodes('add', context)) {
      const range = codeRange(y.dtype as 'int8' | 'uint8');
      const parameters = addParameters(...quantizations(context), activation, range, context.rounding);
      sum = (left, right) => addCodes(left, right, parameters);
    }
    for (let i = 0; i < y.data.length; i++) {
      y.data[i] = sum(a.data[offsetAt(i, y.shape, aStrides)], b.data[offsetAt(i, y.shape, bStrides)]);
    }
    return [y];
  },
  kernels: [
    sameShapeKernel('int8', 'add-int8', addInt8),
    sameShapeKernel('float32', 'add-float', addFloat),
    broadcastKernel('int8', 'add-int8-broadcast', addInt8Broadcast),
    broadcastKernel('float32', 'add-float-broadcast', addFloatBroadcast),
  ],
  partition: {
    unit: () => 1,
    part(context, range) {
      const { attributes, outputs } = context;
      const read = (shape: Shape): readonly AxisRange[] => {
        const axis = range.axis - outputs[0].shape.length + shape.length;
        // What is repeated along the axis is read whole.
        return axis < 0 || shape[axis] === 1 ? [] : [{ ...range, axis }];
      };
      return { attributes, inputs: shapes(context).map((shape, input) => ({ input, ranges: read(shape) })) };
    },
  },
  absorbConsumer: absorbActivation,
});

function shapes(context: Omit<OpContext<AddAttributes>, 'outputs' | 'rounding'>): readonly [Shape, Shape] {
  return [operandType('add', context, 0).shape, operandType('add', context, 1).shape];
}

function quantizations(context: OpContext<AddAttributes>) {
  const { name } = context;
  return [
    tensorQuantization('add', name, operandType('add', context, 0)),
    tensorQuantization('add', name, operandType('add', context, 1)),
    tensorQuantization('add', name, context.outputs[0]),
  ] as const;
}

/** Axes but the last, with each operand's stride in rows. */
function leadingAxes(context: OpContext<AddAttributes>): KernelAxes | undefined {
  const sizes = context.outputs[0].shape.slice(0, -1);
  const strides = shapes(context).map((shape) => broadcastStrides(shape.slice(0, -1), sizes));
  return kernelAxes(sizes, strides);
}
