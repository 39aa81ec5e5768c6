import { NumericError, ShapeError } from '../../errors.ts';
import { type Quantization, scaleAt, zeroPointAt } from '../../tensor/quantization.ts';
import { float32Bits } from '../../tensor/requantize.ts';
import { elementCount, formatShape, quadCount, sameShape, type Shape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { OpContext } from '../define-op.ts';
import type { ChannelSums } from './channel-parameters.ts';
import { type Epilogue, floatClamp, type LayerAttributes, scalesInput } from './fused-layer.ts';
import { operandType } from './operands.ts';

/** The largest distance of an int8 code from a zero point. */
const largestDistance = 255;

/**
 * @param most leading axes of x that may have scales of their own
 * @throws ShapeError unless the scales are [...leading axes of x, 3]
 */
export function checkScales(op: string, name: string, x: Shape, { shape }: TensorType, most: number): void {
  const leading = shape.length - 1;
  if (leading >= 0 && leading <= most && shape[leading] === 3 && sameShape(shape.slice(0, -1), x.slice(0, leading))) {
    return;
  }
  throw new ShapeError(
    `${op} "${name}": scales ${formatShape(shape)} do not belong to x ${formatShape(x)}: they are [..., 3] for at most ${most} of its first axes. Make them with dynamic-scale.`,
  );
}

/** Ranges that have a scale each. */
export function scaleCount({ shape }: TensorType): number {
  return elementCount(shape) / 3;
}

/** For shaders that import `output-int8`, where the input has scales found at run time and the output is float32. */
export function dynamicEpilogue(op: string, context: OpContext<LayerAttributes>): Epilogue {
  const ranges = scaleCount(operandType(op, context, scalesInput));
  const rangeQuads = quadCount(context.outputs[0].shape) / ranges;
  return {
    imports: { 'output-int8': 'output-dynamic' },
    constants: { ...floatClamp(context.attributes), RANGES: ranges, RANGE_QUADS: rangeQuads },
    bindings: [{ input: scalesInput }],
  };
}

/** vec4<i32> that `dynamicParameters` makes. */
export function dynamicParameterCount(lanes: number): number {
  return lanes * 4;
}

/**
 * What `output-dynamic.wgsl` reads: per quad of output channels four vec4 of 32 bits each: the float32 bias, the weights'
 * scale, their sum less zero points, and their zero points.
 * @param lanes quads, padded
 * @throws NumericError when a sum could leave int32
 */
export function dynamicParameters(
  where: string,
  { sums, centeredMagnitudes }: ChannelSums,
  weights: Quantization,
  bias: Float32Array | undefined,
  lanes: number,
): Int32Array {
  const parameters = new Int32Array(dynamicParameterCount(lanes) * 4);
  for (let channel = 0; channel < sums.length; channel++) {
    const bound = centeredMagnitudes[channel] * largestDistance;
    if (bound >= 2 ** 31) {
      throw new NumericError(
        `${where}: the sum of output channel ${channel} can reach ±${bound}, beyond int32. Use fewer inputs.`,
      );
    }
    const at = (channel >> 2) * 16 + (channel & 3);
    parameters[at] = float32Bits(bias?.[channel] ?? 0);
    parameters[at + 4] = float32Bits(scaleAt(weights, channel));
    parameters[at + 8] = sums[channel];
    parameters[at + 12] = zeroPointAt(weights, channel);
  }
  return parameters;
}
