import shader from '../../shaders/local-response-normalization.wgsl';
import { ShapeError, UnsupportedOpError } from '../errors.ts';
import { elementCount, quadCount, rowLength } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { elementwisePartition } from './lib/elementwise.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, streamingCost } from './lib/operands.ts';

export interface LocalResponseNormalizationAttributes {
  /** How many channels before and after its own an element is divided by; a whole number from 0. */
  readonly radius: number;
  /** With alpha and all that is squared from 0, positive: a power is taken of the sum. */
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

const kernel: Kernel<LocalResponseNormalizationAttributes> = {
  name: 'local-response-normalization',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch(context) {
    const { shape } = context.outputs[0];
    const { radius, bias, alpha, beta } = context.attributes;
    const reach = Math.min(radius, rowLength(shape));
    const launch = linearDispatch(quadCount(shape));
    return {
      shader,
      constants: {
        ...launch.constants,
        QUADS: quadCount(shape),
        CHANNELS: rowLength(shape),
        RADIUS: reach,
        BIAS: bias,
        ALPHA: alpha,
        BETA: beta,
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 2 * (2 * reach + 1) * elementCount(shape)),
    };
  },
};

/**
 * Response relative to the neighbouring channels': y[c] = x[c] / (bias + alpha · Σ x[k]²)^beta over |k − c| ≤ radius.
 * Input of any shape, float32, channels last; the output has the same.
 * @see TFLite LOCAL_RESPONSE_NORMALIZATION, ONNX LRN (whose alpha is divided by the number of channels)
 */
export const localResponseNormalization: OpDefinition<LocalResponseNormalizationAttributes> = defineOp({
  name: 'local-response-normalization',
  isHeavy: true,
  inferShape(context) {
    const { radius, ...factors } = context.attributes;
    if (!Number.isInteger(radius) || radius < 0 || !Object.values(factors).every(Number.isFinite)) {
      throw new ShapeError(
        `local-response-normalization "${context.name}": ${JSON.stringify(context.attributes)}. Use a radius from 0, and finite numbers.`,
      );
    }
    return [operandType('local-response-normalization', context, 0).shape];
  },
  reference(context, inputs) {
    const x = operand('local-response-normalization', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    if (!everyDType(context, 'float32')) {
      throw new UnsupportedOpError(
        `local-response-normalization "${context.name}": ${x.dtype} to ${y.dtype}. Dequantize before it.`,
      );
    }
    const { radius, bias, alpha, beta } = context.attributes;
    const channels = rowLength(x.shape);
    for (let i = 0; i < y.data.length; i++) {
      const row = i - (i % channels);
      let sum = 0;
      const last = Math.min(i + radius, row + channels - 1);
      for (let k = Math.max(i - radius, row); k <= last; k++) sum += x.data[k] ** 2;
      y.data[i] = x.data[i] / (bias + alpha * sum) ** beta;
    }
    return [y];
  },
  kernels: [kernel],
  partition: elementwisePartition(({ outputs }, axis) => axis < outputs[0].shape.length - 1),
});
