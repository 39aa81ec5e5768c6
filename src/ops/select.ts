import shader from '../../shaders/select.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import { codeRange, isQuantizedDType } from '../tensor/dtype.ts';
import { broadcastShapes, elementCount, quadCount, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Dispatch, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { broadcastStrides, offsetAt } from './lib/axes.ts';
import { broadcastConstants, broadcastPartition } from './lib/broadcast.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, streamingCost, tensorQuantization } from './lib/operands.ts';
import { recode, recoding, type Recoding } from './lib/recode.ts';
import { reorderElementwise } from './lib/reorder.ts';

export type SelectAttributes = Readonly<Record<string, never>>;

type Node = Pick<OpContext<SelectAttributes>, 'name' | 'inputs'>;

const kernel: Kernel<SelectAttributes> = {
  name: 'select',
  accepts: (context) =>
    isSupported(context) && context.outputs[0].dtype !== 'uint8' && constantsOf(context) !== undefined,
  dispatch(context) {
    const { dtype, shape } = context.outputs[0];
    const launch = linearDispatch(quadCount(shape));
    const specialized = dtype === 'int8' ? codesOf(context) : { imports: {}, constants: { Value: 'u32' } };
    return {
      shader,
      imports: specialized.imports,
      constants: {
        ...launch.constants,
        ...constantsOf(context),
        QUADS: quadCount(shape),
        ...specialized.constants,
      },
      bindings: [{ input: 0 }, { input: 1 }, { input: 2 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, elementCount(shape)),
    };
  },
};

/**
 * One of two numbers: y = condition ≠ 0 ? a : b, element by element. Codes of another quantization than the output's are
 * rescaled: y = clamp(requantize(q − zx, sx / sy) + zy).
 * Inputs: condition int32; a and b of the output's dtype; all of shapes that broadcast. The output has the broadcast shape.
 * On the device at most four leading axes may remain after merging those that all inputs walk alike.
 * @see TFLite SELECT_V2, ONNX Where
 */
export const select: OpDefinition<SelectAttributes> = defineOp({
  name: 'select',
  inferShape(context) {
    const where = `select "${context.name}"`;
    const [condition, a, b] = shapes(context);
    return [broadcastShapes(condition, broadcastShapes(a, b, where), where)];
  },
  reference(context, inputs) {
    if (!isSupported(context)) {
      const dtypes = context.inputs.map((type) => type?.dtype).join(', ');
      throw new UnsupportedOpError(
        `select "${context.name}": inputs hold ${dtypes}, the output ${context.outputs[0].dtype}. Use an int32 condition, and one dtype for the others.`,
      );
    }
    const y = emptyTensor(context.outputs[0]);
    const [condition, a, b] = [0, 1, 2].map((index) => {
      const { data, shape } = operand('select', context, inputs, index);
      const strides = broadcastStrides(shape, y.shape);
      return (i: number): number => data[offsetAt(i, y.shape, strides)];
    });
    const codes = isQuantizedDType(y.dtype) ? recodings(context) : undefined;
    for (let i = 0; i < y.data.length; i++) {
      const isFirst = condition(i) !== 0;
      const chosen = isFirst ? a(i) : b(i);
      y.data[i] = codes === undefined ? chosen : recode(chosen, codes[isFirst ? 0 : 1]);
    }
    return [y];
  },
  kernels: [kernel],
  partition: broadcastPartition(),
  reorder: reorderElementwise,
});

function shapes(node: Node): readonly Shape[] {
  return [0, 1, 2].map((index) => operandType('select', node, index).shape);
}

function isSupported({ inputs: [condition, a, b], outputs: [y] }: OpContext<SelectAttributes>): boolean {
  return condition?.dtype === 'int32' && a?.dtype === y.dtype && b?.dtype === y.dtype;
}

function constantsOf(context: OpContext<SelectAttributes>): ReturnType<typeof broadcastConstants> {
  const [condition, a, b] = shapes(context);
  return broadcastConstants([a, b, condition], context.outputs[0].shape);
}

/** How codes of a and of b become the output's. */
function recodings(context: OpContext<SelectAttributes>): readonly Recoding[] {
  const { name, outputs, rounding } = context;
  const range = codeRange(outputs[0].dtype as 'int8' | 'uint8');
  const to = tensorQuantization('select', name, outputs[0]);
  return [1, 2].map((index) => {
    const from = tensorQuantization('select', name, operandType('select', context, index));
    return recoding(from, to, 'none', range, rounding);
  });
}

function codesOf(context: OpContext<SelectAttributes>): Required<Pick<Dispatch, 'imports' | 'constants'>> {
  const [a, b] = recodings(context);
  return {
    imports: {
      'values-float': 'values-int8',
      'choose-numbers': 'choose-codes',
      'requantize-float': `requantize-${context.rounding}`,
    },
    constants: {
      A_ZERO_POINT: a.inputZeroPoint,
      A_MULTIPLIER: a.multiplier.bits,
      A_SHIFT: a.multiplier.shift,
      B_ZERO_POINT: b.inputZeroPoint,
      B_MULTIPLIER: b.multiplier.bits,
      B_SHIFT: b.multiplier.shift,
      ZERO_POINT: a.zeroPoint,
    },
  };
}
