import { scalesInput } from './fused-layer.ts';
import type { AxisRange, OpContext, OutputPart } from '../define-op.ts';

/**
 * Some pixels of the output of a layer with inputs x, weights, bias?, residual?, scales?: all weights, and of the residual
 * and of the scales the same pixels.
 * @param read what is read of x, and the attributes that change with it
 */
export function pixelsPart<A extends object>(
  { attributes, inputs }: OpContext<A>,
  output: AxisRange,
  { ranges: x, ...changed }: { readonly ranges: readonly AxisRange[] } & Partial<A>,
): OutputPart<A> {
  const hasScales = output.axis < (inputs[scalesInput]?.shape.length ?? 0) - 1;
  const ranges = [x, [], [], [output], hasScales ? [output] : []];
  return {
    attributes: { ...attributes, ...changed },
    inputs: inputs.map((_, input) => ({ input, ranges: ranges[input] })),
  };
}

/**
 * Some channels of the output: their weights, biases and residual.
 * @param weightsAxis the axis of the weights along which the output's channels lie
 * @param x what is read of the first input
 */
export function channelsPart<A>(
  { inputs }: OpContext<A>,
  attributes: A,
  output: AxisRange,
  weightsAxis: number,
  x: readonly AxisRange[],
): OutputPart<A> {
  const ranges = [x, [{ ...output, axis: weightsAxis }], [{ ...output, axis: 0 }], [output]];
  return { attributes, inputs: inputs.map((_, input) => ({ input, ranges: ranges[input] })) };
}
