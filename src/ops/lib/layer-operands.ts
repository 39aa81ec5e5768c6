import { ShapeError, UnsupportedOpError } from '../../errors.ts';
import { isQuantizedDType } from '../../tensor/dtype.ts';
import { fromFloat16Bits } from '../../tensor/float16.ts';
import { entryOf, zeroPointAt } from '../../tensor/quantization.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';
import type { OpContext } from '../define-op.ts';
import { checkScales, scaleCount } from './dynamic-layer.ts';
import { scalesInput } from './fused-layer.ts';
import { operand, operandType } from './operands.ts';

type Node = Omit<OpContext<object>, 'outputs' | 'rounding'>;

/** Shape of an input of exactly this rank. @throws ShapeError */
export function shapeOfRank(op: string, node: Node, index: number, axes: string): Shape {
  const { shape } = operandType(op, node, index);
  const rank = axes.split(',').length;
  if (shape.length !== rank || shape.some((size) => size < 1)) {
    throw new ShapeError(
      `${op} "${node.name}": input ${index} is ${formatShape(shape)}, it must be [${axes}] with sizes of at least 1. Reshape or transpose it.`,
    );
  }
  return shape;
}

/** @throws ShapeError when a bias is there and not one number per output channel */
export function checkBias(op: string, node: Node, channels: number): void {
  const shape = node.inputs[2]?.shape;
  if (shape === undefined || (shape.length === 1 && shape[0] === channels)) return;
  throw new ShapeError(
    `${op} "${node.name}": bias is ${formatShape(shape)}, the layer has ${channels} output channels. Give one bias per output channel.`,
  );
}

/**
 * @param leading axes of x that may have scales of their own
 * @throws ShapeError when a bias is there and not one number per output channel, or scales that are not the input's
 */
export function checkLayer(op: string, node: Node, channels: number, leading: number): void {
  checkBias(op, node, channels);
  const scales = node.inputs[scalesInput];
  if (scales !== undefined) checkScales(op, node.name, operandType(op, node, 0).shape, scales, leading);
}

/** How a layer computes; see LayerAttributes. */
export type LayerArithmetic = 'int8' | 'float' | 'dynamic';

/** Whether the layer has the types and the constants that this way of computing takes. */
export function acceptsLayer(context: OpContext<object>, arithmetic: LayerArithmetic): boolean {
  const [x, weights, bias, residual, scales] = context.inputs;
  const [output] = context.outputs;
  const input = arithmetic === 'float' ? 'float32' : 'int8';
  const result = arithmetic === 'int8' ? 'int8' : 'float32';
  return (
    x?.dtype === input &&
    output.dtype === result &&
    weights !== undefined &&
    (arithmetic === 'float'
      ? isFloatWeights(weights)
      : weights.dtype === 'int8' && weights.quantization !== undefined) &&
    weights.quantization?.blockSize === undefined &&
    context.constants[1] !== undefined &&
    (bias === undefined ||
      (bias.dtype === (result === 'int8' ? 'int32' : 'float32') && context.constants[2] !== undefined)) &&
    (residual === undefined || (residual.dtype === result && arithmetic !== 'dynamic')) &&
    (scales?.dtype === 'float32') === (arithmetic === 'dynamic')
  );
}

/** Whether float32 layers read the weights as they are: codes whose scale depends on the output channel alone. */
function isFloatWeights({ dtype, quantization }: TensorType): boolean {
  if (dtype !== 'int8') return dtype === 'float32' || dtype === 'float16';
  return quantization !== undefined && quantization.zeroPoints.every((zeroPoint) => zeroPoint === 0);
}

/** The numbers of float weights, or codes less their zero points, exactly. */
export function centered(
  op: string,
  context: OpContext<object>,
  inputs: readonly (Tensor | undefined)[],
  index: number,
): Float64Array {
  const tensor = operand(op, context, inputs, index);
  const { data, dtype, shape, quantization } = tensor;
  if (dtype === 'float32') return Float64Array.from(data);
  if (dtype === 'float16') return Float64Array.from(data, fromFloat16Bits);
  const scales = inputs[scalesInput];
  if (index === 0 && scales !== undefined) {
    const perRange = data.length / scaleCount(scales);
    return Float64Array.from(data, (code, i) => code - scales.data[3 * Math.floor(i / perRange) + 2]);
  }
  if (!isQuantizedDType(dtype) || quantization === undefined || quantization.blockSize !== undefined) {
    const found = quantization === undefined ? ' without quantization' : ' in blocks';
    throw new UnsupportedOpError(
      `${op} "${context.name}": input ${index} is ${dtype}${isQuantizedDType(dtype) ? found : ''}. Use float32, or int8 or uint8 with a scale and zero point; dequantize blocks before.`,
    );
  }
  const indexOf = entryOf(quantization, shape);
  return Float64Array.from(data, (code, i) => code - zeroPointAt(quantization, indexOf(i)));
}
