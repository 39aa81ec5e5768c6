import { quantizeTensor, type PixelRange, type TensorType } from '../node/index.ts';
import type { LoadedModel } from './load-model.ts';

/**
 * The range of pixels that the model says its first input takes, if it says one for all channels or for each.
 * @returns undefined, too, where bytes are the codes of an 8-bit input but for rounding: then they are taken as they are, as
 *   by those who measured the model
 */
export function pixelRangeOf({ graph, metadata }: LoadedModel): PixelRange | undefined {
  const normalization = metadata?.inputs[0]?.normalization;
  if (normalization === undefined) return undefined;
  const type = graph.values[graph.inputs[0]];
  const channels = type.shape.at(-1);
  const [mean, deviation] = [normalization.mean, normalization.deviation].map((values) =>
    values.length === 1 ? values[0] : values.length === channels ? values : undefined,
  );
  if (mean === undefined || deviation === undefined) return undefined;
  const areBytes =
    typeof mean === 'number' && typeof deviation === 'number' && takesBytes(type, (byte) => (byte - mean) / deviation);
  return areBytes ? undefined : { mean, deviation };
}

/** Whether every byte's number has the code that the byte is, or a neighbour of it. */
function takesBytes(type: TensorType, numberOf: (byte: number) => number): boolean {
  if (type.dtype !== 'int8' && type.dtype !== 'uint8') return false;
  const data = Float32Array.from({ length: 256 }, (_, byte) => numberOf(byte));
  const codes = quantizeTensor({ dtype: 'float32', shape: [256], data }, type).data;
  const lowest = type.dtype === 'int8' ? -128 : 0;
  return codes.every((code: number, byte: number) => Math.abs(code - lowest - byte) <= 1);
}
