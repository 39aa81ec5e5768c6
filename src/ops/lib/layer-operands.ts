import { ShapeError, UnsupportedOpError } from '../../errors.ts';
import { isQuantizedDType } from '../../tensor/dtype.ts';
import { zeroPointAt } from '../../tensor/quantization.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { OpContext } from '../define-op.ts';
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
 * x, weights, bias and output in the dtypes of an int8 layer (int32 bias) or a float32 one, with constant weights and bias.
 */
export function acceptsLayer(context: OpContext<object>, dtype: 'int8' | 'float32'): boolean {
  const [x, weights, bias, residual] = context.inputs;
  const biasDType = dtype === 'int8' ? 'int32' : 'float32';
  return (
    x?.dtype === dtype &&
    weights?.dtype === dtype &&
    context.outputs[0].dtype === dtype &&
    context.constants[1] !== undefined &&
    (bias === undefined || (bias.dtype === biasDType && context.constants[2] !== undefined)) &&
    (residual === undefined || residual.dtype === dtype)
  );
}

/** An operand as exact numbers: float32 values, or 8-bit codes less their zero point. */
export function centered(
  op: string,
  context: OpContext<object>,
  inputs: readonly (Tensor | undefined)[],
  index: number,
): Float64Array {
  const { data, dtype, shape, quantization } = operand(op, context, inputs, index);
  if (dtype === 'float32') return Float64Array.from(data);
  if (!isQuantizedDType(dtype) || quantization === undefined) {
    throw new UnsupportedOpError(
      `${op} "${context.name}": input ${index} is ${dtype}${quantization ? '' : ' without quantization'}. Use float32, or int8 or uint8 with a scale and zero point.`,
    );
  }
  const stride = shape.slice((quantization.axis ?? 0) + 1).reduce((product, size) => product * size, 1);
  const entries = quantization.zeroPoints.length;
  const values = new Float64Array(data.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = data[i] - zeroPointAt(quantization, Math.floor(i / stride) % entries);
  }
  return values;
}
