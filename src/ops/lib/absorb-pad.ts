import type { Absorbed, Neighbour } from '../define-op.ts';
import { type WindowAttributes, windowLimit } from './convolution-shape.ts';
import { sameQuantization } from './operands.ts';

interface Pad {
  readonly padding: readonly (readonly [number, number])[];
  readonly value: number;
}

/** Merges a pad with zeros of height and width that precedes a convolution into its padding. */
export function absorbPad<A extends WindowAttributes>(self: Neighbour, producer: Neighbour): Absorbed<A> | undefined {
  if (producer.op !== 'pad') return undefined;
  const { padding: pads, value } = producer.attributes as Pad;
  const input = producer.context.inputs[0];
  const [output] = producer.context.outputs;
  if (value !== 0 || pads.length !== 4 || input === undefined) return undefined;
  if ([...pads[0], ...pads[3]].some((size) => size !== 0) || pads.flat().some((size) => size < 0)) return undefined;
  // The convolution pads with the zero point of what it reads.
  if (input.dtype !== output.dtype || !sameQuantization(input.quantization, output.quantization)) return undefined;
  const attributes = self.attributes as A;
  const [top, left, bottom, right] = attributes.padding;
  const padding = [top + pads[1][0], left + pads[2][0], bottom + pads[1][1], right + pads[2][1]] as const;
  // Each was small enough by itself; a convolution of this much would be refused.
  if (padding.some((size) => size >= windowLimit)) return undefined;
  return { attributes: { ...attributes, padding }, inputs: [producer.inputs[0], ...self.inputs.slice(1)] };
}
