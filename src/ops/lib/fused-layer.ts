import { codeRange, type DType } from '../../tensor/dtype.ts';
import { clamp, type Quantization, scaleAt, zeroPointAt } from '../../tensor/quantization.ts';
import { requantize } from '../../tensor/requantize.ts';
import { sameShape } from '../../tensor/shape.ts';
import { emptyTensor, type Tensor, type TensorType } from '../../tensor/tensor.ts';
import type { Absorbed, Binding, KernelContext, Neighbour, OpContext } from '../define-op.ts';
import { type Activation, activationCodes } from './activation.ts';
import { addCodes, addCodesConstants, addParameters } from './add-codes.ts';
import { channelMultiplier, type LayerQuantization } from './channel-parameters.ts';
import { applyActivation, clampConstants } from './clamp-float.ts';
import { operandType, sameQuantization, tensorQuantization } from './operands.ts';

/** A residual add merged into a layer: y = activation(layer + residual), the residual being input 3. */
export interface FusedAdd {
  /** Of the layer's result before the addition; absent for float32. */
  readonly quantization?: Quantization;
  readonly activation: Activation;
}

/**
 * What every layer with weights has: inputs x, weights, bias?, residual?, scales?. It computes
 * - on codes: x, weights, residual and output are 8-bit, the bias is int32;
 * - in float32: all are float32, the weights may be float16, or int8 without zero points;
 * - on codes of an input quantized at run time: x and weights are int8, `scales` are x's as `dynamic-scale` makes them, bias
 *   and output are float32, and there is no residual.
 */
export interface LayerAttributes {
  readonly activation: Activation;
  /** Only after fusion. */
  readonly add?: FusedAdd;
}

const residualInput = 3;
/** Of an input that is quantized at run time. */
export const scalesInput = 4;

/** Quantization of an 8-bit layer. @throws UnsupportedOpError when an activation has none, or one per channel */
export function layerQuantization(op: string, context: OpContext<LayerAttributes>): LayerQuantization {
  const { name, attributes, outputs, rounding } = context;
  const weights = operandType(op, context, 1);
  return {
    input: tensorQuantization(op, name, operandType(op, context, 0)),
    weights: weights.quantization ?? tensorQuantization(op, name, weights),
    output: attributes.add?.quantization ?? tensorQuantization(op, name, outputs[0]),
    rounding,
  };
}

/** Merges an activation or a same-shape residual add that follows the layer. */
export function absorbLayerConsumer<A extends LayerAttributes>(
  self: Neighbour,
  consumer: Neighbour,
  slot: number,
): Absorbed<A> | undefined {
  const attributes = self.attributes as A;
  const { activation } = consumer.attributes as { readonly activation: Activation };
  const [own] = self.context.outputs;
  const [result] = consumer.context.outputs;
  if (own.dtype !== result.dtype) return undefined;
  if (consumer.op === 'relu') {
    // On codes the clamp is the same before and after only when both mean the same numbers.
    if (!sameQuantization(own.quantization, result.quantization)) return undefined;
    if (attributes.add === undefined) {
      return attributes.activation === 'none'
        ? { attributes: { ...attributes, activation }, inputs: self.inputs }
        : undefined;
    }
    if (attributes.add.activation !== 'none') return undefined;
    return { attributes: { ...attributes, add: { ...attributes.add, activation } }, inputs: self.inputs };
  }
  const isDynamic = self.context.inputs[scalesInput] !== undefined;
  if (consumer.op !== 'add' || attributes.add !== undefined || isDynamic) return undefined;
  const other = 1 - slot;
  const residual = consumer.context.inputs[other];
  const isPlain = residual !== undefined && residual.dtype === own.dtype && sameShape(residual.shape, own.shape);
  if (!isPlain || consumer.context.constants[other] !== undefined || !sameShape(own.shape, result.shape))
    return undefined;
  return {
    attributes: { ...attributes, add: { quantization: own.quantization, activation } },
    inputs: [self.inputs[0], self.inputs[1], self.inputs[2] ?? '', consumer.inputs[other]],
  };
}

/** What a layer's shader needs for what follows its sums: activation, zero point and residual. */
export interface Epilogue {
  readonly imports: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number>>;
  /** Bindings after the output. */
  readonly bindings: readonly Binding[];
}

/**
 * For shaders that import `output-int8`.
 * @param isShort whether `output-int8-short` takes its place
 */
export function int8Epilogue(op: string, context: KernelContext<LayerAttributes>, isShort: boolean): Epilogue {
  const { add } = context.attributes;
  const { output } = layerQuantization(op, context);
  const imports: Readonly<Record<string, string>> = isShort
    ? { 'output-int8': 'output-int8-short' }
    : { 'requantize-float': `requantize-${context.rounding}` };
  if (add === undefined) return { imports, constants: {}, bindings: [] };
  const sum = addCodesConstants(output, ...addedQuantizations(op, context), add.activation, context.rounding);
  return {
    imports: { ...imports, ...sum.imports, 'epilogue-none-int8': 'epilogue-add-int8' },
    constants: sum.constants,
    bindings: [{ input: residualInput }],
  };
}

/** For shaders that import `clamp-float`. */
export function floatClamp({ activation }: LayerAttributes): Readonly<Record<string, number>> {
  return { ...clampConstants(activation) };
}

/** What float32 layers import to read weights of each type. */
const weightFiles: Readonly<Partial<Record<DType, Readonly<Record<string, string>>>>> = {
  float32: {},
  float16: { 'weights-plain': 'weights-float16' },
  int8: { 'weights-plain': 'weights-int8', 'output-float': 'output-float-scaled' },
};

/** For shaders that import `output-float`. */
export function floatEpilogue(op: string, context: KernelContext<LayerAttributes>): Epilogue {
  const { add } = context.attributes;
  const imports = weightFiles[operandType(op, context, 1).dtype]!;
  const constants = floatClamp(context.attributes);
  if (add === undefined) return { imports, constants, bindings: [] };
  const sum = clampConstants(add.activation);
  return {
    imports: { ...imports, 'epilogue-none-float': 'epilogue-add-float' },
    constants: { ...constants, ADD_CLAMP_LOW: sum.CLAMP_LOW, ADD_CLAMP_HIGH: sum.CLAMP_HIGH },
    bindings: [{ input: residualInput }],
  };
}

/**
 * The reference's last steps: bias, requantization, activation and residual on exact sums.
 * @param sums float64, per output element; integers for 8-bit layers
 * @param channels the output's last axis
 */
export function finishReference(
  op: string,
  context: OpContext<LayerAttributes>,
  inputs: readonly (Tensor | undefined)[],
  sums: Float64Array,
  channels: number,
): Tensor {
  const output = emptyTensor(context.outputs[0]);
  const bias = inputs[2]?.data;
  const residual = inputs[residualInput]?.data;
  if (output.dtype === 'float32') return finishFloat(context, inputs, sums, channels, output);
  const finish = finishCodes(op, context, output.dtype, channels);
  for (let i = 0, channel = 0; i < sums.length; i++) {
    output.data[i] = finish(sums[i] + (bias?.[channel] ?? 0), channel, residual?.[i] ?? 0);
    channel = channel + 1 === channels ? 0 : channel + 1;
  }
  return output;
}

/** Sums of codes are scaled: by the weights' scales, and by the input's, where it has any. */
function finishFloat(
  { attributes: { activation, add } }: OpContext<LayerAttributes>,
  inputs: readonly (Tensor | undefined)[],
  sums: Float64Array,
  channels: number,
  output: Tensor,
): Tensor {
  const [, weights, bias, residual, scales] = inputs;
  const perRange = scales && sums.length / (scales.data.length / 3);
  for (let i = 0; i < sums.length; i++) {
    const channel = i % channels;
    const inputScale = perRange === undefined ? 1 : scales!.data[3 * Math.floor(i / perRange)];
    const weightScale = weights?.quantization === undefined ? 1 : scaleAt(weights.quantization, channel);
    const sum = sums[i] * inputScale * weightScale + (bias?.data[channel] ?? 0);
    const value = applyActivation(Math.fround(sum), activation);
    output.data[i] =
      add === undefined ? value : applyActivation(Math.fround(value + residual!.data[i]), add.activation);
  }
  return output;
}

type Finish = (sum: number, channel: number, residual: number) => number;

function finishCodes(
  op: string,
  context: OpContext<LayerAttributes>,
  dtype: TensorType['dtype'],
  channels: number,
): Finish {
  const { activation, add } = context.attributes;
  const quantization = layerQuantization(op, context);
  const { output, rounding } = quantization;
  const range = codeRange(dtype as 'int8' | 'uint8');
  const [low, high] = activationCodes(activation, output, range);
  const zeroPoint = zeroPointAt(output, 0);
  const multipliers = Array.from({ length: channels }, (_, channel) => channelMultiplier(quantization, channel));
  const sumParameters =
    add && addParameters(output, ...addedQuantizations(op, context), add.activation, range, rounding);
  return (sum, channel, residual) => {
    const code = clamp(requantize(sum, multipliers[channel], rounding) + zeroPoint, low, high);
    return sumParameters === undefined ? code : addCodes(code, residual, sumParameters);
  };
}

/** Of the residual and of the sum. */
function addedQuantizations(op: string, context: OpContext<LayerAttributes>): readonly [Quantization, Quantization] {
  return [
    tensorQuantization(op, context.name, operandType(op, context, residualInput)),
    tensorQuantization(op, context.name, context.outputs[0]),
  ];
}
