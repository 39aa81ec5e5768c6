import shader from '../../shaders/layer-norm.wgsl';
import { ShapeError } from '../errors.ts';
import { formatShape, quadsPerRow, rowLength } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import {
  type Binding,
  defineOp,
  type Kernel,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from './define-op.ts';
import { everyDType, operand, operandType } from './lib/operands.ts';
import { rowsLaunch } from './lib/rows-launch.ts';

export interface LayerNormAttributes {
  /** Added to the variance; finite and not negative. */
  readonly epsilon: number;
  /** Whether the mean is subtracted; without that it is a root-mean-square normalization. */
  readonly subtractsMean: boolean;
}

const op = 'layer-norm';

const kernel: Kernel<LayerNormAttributes> = {
  name: 'layer-norm',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch(context) {
    const { epsilon, subtractsMean } = context.attributes;
    return {
      ...rowsLaunch(op, context, 8, { EPSILON: epsilon, SUBTRACTS_MEAN: subtractsMean ? 1 : 0 }),
      shader,
      bindings: [{ input: 0 }, numbers(context, 1, 'scale', 1), numbers(context, 2, 'bias', 0), { output: 0 }],
    };
  },
};

/** An input with a number for each channel, or the same number for all where it is absent. */
function numbers(context: KernelContext<LayerNormAttributes>, input: number, constant: string, value: number): Binding {
  if (context.inputs[input] !== undefined) return { input };
  const length = quadsPerRow(operandType(op, context, 0).shape) * 4;
  return { constant, sizeBytes: length * 4, data: () => new Float32Array(length).fill(value) };
}

/**
 * Each row normalized by its own mean and variance: y = (x − mean) / √(mean((x − mean)²) + ε) · scale + bias, or without
 * the mean y = x / √(mean(x²) + ε) · scale + bias.
 * Inputs: x [..., C]; scale? [C]; bias? [C]; float32. The output is like x.
 * @throws ShapeError when scale or bias are not one number for each channel
 * @see ONNX LayerNormalization, RMSNormalization; Ba et al. 2016, arXiv:1607.06450
 */
export const layerNorm: OpDefinition<LayerNormAttributes> = defineOp({
  name: op,
  inferShape(context) {
    const { shape } = operandType(op, context, 0);
    const { epsilon } = context.attributes;
    const wrong = [1, 2].find((index) => {
      const parameter = context.inputs[index]?.shape;
      return parameter !== undefined && (parameter.length !== 1 || parameter[0] !== rowLength(shape));
    });
    if (wrong !== undefined) {
      throw new ShapeError(
        `${op} "${context.name}": input ${wrong} is ${formatShape(context.inputs[wrong]!.shape)}, x is ${formatShape(shape)}. Give one number for each of its ${rowLength(shape)} channels.`,
      );
    }
    if (!(epsilon >= 0) || !Number.isFinite(epsilon)) {
      throw new ShapeError(`${op} "${context.name}": epsilon is ${epsilon}. It must be finite and not negative.`);
    }
    return [shape];
  },
  reference(context: OpContext<LayerNormAttributes>, inputs) {
    const { data, shape } = operand(op, context, inputs, 0);
    const [scale, bias] = [inputs[1]?.data, inputs[2]?.data];
    const { epsilon, subtractsMean } = context.attributes;
    const y = emptyTensor(context.outputs[0]);
    const channels = rowLength(shape);
    for (let start = 0; start < data.length; start += channels) {
      let mean = 0;
      for (let c = 0; subtractsMean && c < channels; c++) mean += data[start + c] / channels;
      let variance = 0;
      for (let c = 0; c < channels; c++) variance += (data[start + c] - mean) ** 2 / channels;
      for (let c = 0; c < channels; c++) {
        const normalized = (data[start + c] - mean) / Math.sqrt(variance + epsilon);
        y.data[start + c] = normalized * (scale?.[c] ?? 1) + (bias?.[c] ?? 0);
      }
    }
    return [y];
  },
  kernels: [kernel],
  partition: {
    // A row is normalized as a whole.
    unit: ({ outputs }, axis) => (axis < outputs[0].shape.length - 1 ? 1 : undefined),
    part: ({ attributes, inputs }, range) => ({
      attributes,
      inputs: inputs.map((_, input) => (input === 0 ? { input, ranges: [range] } : { input })),
    }),
  },
});
