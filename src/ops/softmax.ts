import softmaxFloatShader from '../../shaders/softmax-float.wgsl';
import softmaxInt8Shader from '../../shaders/softmax-int8.wgsl';
import { ShapeError } from '../errors.ts';
import { codeRange } from '../tensor/dtype.ts';
import { clamp } from '../tensor/quantization.ts';
import { rowLength } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { elementwisePartition } from './lib/elementwise.ts';
import { computesOnCodes, everyDType, operand, operandType, tensorQuantization } from './lib/operands.ts';
import { rowsLaunch } from './lib/rows-launch.ts';
import { probabilityCode, softmaxCodes, type SoftmaxCodes } from './lib/softmax-codes.ts';

export interface SoftmaxAttributes {
  /** Factor of the exponents; positive. */
  readonly beta: number;
}

const int8: Kernel<SoftmaxAttributes> = {
  name: 'softmax-int8',
  accepts: (context) => everyDType(context, 'int8'),
  dispatch(context) {
    const { exponentials, bits, multiplier, zeroPoint } = codesOf(context);
    return {
      ...rowsLaunch('softmax', context, 8, {
        BITS: bits,
        MULTIPLIER: multiplier.bits,
        SHIFT: multiplier.shift,
        ZERO_POINT: zeroPoint,
      }),
      shader: softmaxInt8Shader,
      imports: { 'requantize-float': `requantize-${context.rounding}` },
      bindings: [
        { input: 0 },
        { constant: 'exponentials', sizeBytes: exponentials.byteLength, data: () => exponentials },
        { output: 0 },
      ],
    };
  },
};

const float: Kernel<SoftmaxAttributes> = {
  name: 'softmax-float',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch: (context) => ({
    ...rowsLaunch('softmax', context, 8, { BETA: context.attributes.beta }),
    shader: softmaxFloatShader,
    bindings: [{ input: 0 }, { output: 0 }],
  }),
};

/**
 * Softmax over the last axis: y = exp(beta · (x − max)) / Σ exp(beta · (x − max)).
 * On 8-bit codes the exponentials are integers of 2^k steps and p = ⌊e · 2^bits / Σe⌋ an integer quotient, which becomes
 * y = clamp(requantize(p, 2^−bits / sy) + zy); at TFLite's output scale 1/256 within one code of its reference kernel.
 * Input of any shape; the output has the same.
 */
export const softmax: OpDefinition<SoftmaxAttributes> = defineOp({
  name: 'softmax',
  quantization: { output: { scales: [1 / 256], zeroPoints: [-128] } },
  inferShape(context) {
    const { beta } = context.attributes;
    if (!(beta > 0) || !Number.isFinite(beta)) {
      throw new ShapeError(`softmax "${context.name}": beta is ${beta}. Use a positive number.`);
    }
    return [operandType('softmax', context, 0).shape];
  },
  reference(context, inputs) {
    const x = operand('softmax', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const channels = rowLength(x.shape);
    const writeRow = computesOnCodes('softmax', context) ? codesRow(context) : realsRow(context.attributes.beta);
    for (let start = 0; start < x.data.length; start += channels) {
      writeRow(x.data.subarray(start, start + channels), y.data.subarray(start, start + channels));
    }
    return [y];
  },
  kernels: [int8, float],
  // A row is normalized as a whole.
  partition: elementwisePartition(({ outputs }, axis) => axis < outputs[0].shape.length - 1),
});

type WriteRow = (x: ArrayLike<number>, y: { [index: number]: number }) => void;

function realsRow(beta: number): WriteRow {
  return (x, y) => {
    let largest = -Infinity;
    for (let c = 0; c < x.length; c++) largest = Math.max(largest, x[c]);
    let total = 0;
    for (let c = 0; c < x.length; c++) total += Math.exp(beta * (x[c] - largest));
    for (let c = 0; c < x.length; c++) y[c] = Math.exp(beta * (x[c] - largest)) / total;
  };
}

function codesRow(context: OpContext<SoftmaxAttributes>): WriteRow {
  const parameters = codesOf(context);
  const { exponentials } = parameters;
  const [low, high] = codeRange(context.outputs[0].dtype as 'int8' | 'uint8');
  return (x, y) => {
    let largest = -Infinity;
    for (let c = 0; c < x.length; c++) largest = Math.max(largest, x[c]);
    let total = 0;
    for (let c = 0; c < x.length; c++) total += exponentials[largest - x[c]];
    for (let c = 0; c < x.length; c++) {
      y[c] = clamp(probabilityCode(exponentials[largest - x[c]], total, parameters), low, high);
    }
  };
}

function codesOf(context: OpContext<SoftmaxAttributes>): SoftmaxCodes {
  const input = operandType('softmax', context, 0);
  return softmaxCodes(
    tensorQuantization('softmax', context.name, input),
    tensorQuantization('softmax', context.name, context.outputs[0]),
    context.attributes.beta,
    rowLength(input.shape),
    context.rounding,
  );
}
