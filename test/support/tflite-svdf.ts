import { createRandom } from '../../src/tensor/random.ts';
import { buildTflite, type TensorSpec, tensorType } from './tflite-builder.ts';

export type SvdfKind = 'float32' | 'hybrid' | 'int8';

export const svdfSizes = { batch: 2, inputs: 5, units: 3, rank: 2, memory: 4, steps: 6 } as const;

/** What a file may say otherwise. */
interface Change {
  readonly rank?: number;
  readonly activation?: number;
  readonly stateShape?: readonly number[];
  readonly hasState?: boolean;
}

/** A network of one SVDF, and the numbers that it is made of and run on. */
export function svdfModel(kind: SvdfKind, change: Change = {}) {
  const { batch, inputs, units, rank, memory, steps } = svdfSizes;
  const random = createRandom(11);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform(-1, 1));
  const filters = units * rank;
  const numbers = {
    features: draw(filters * inputs),
    times: draw(filters * memory),
    biases: draw(units).map((value) => value + 2),
    sequence: Array.from({ length: steps }, () => draw(batch * inputs)),
  };
  const scaled = (scale: number): Pick<TensorSpec, 'scales' | 'zeroPoints'> => ({ scales: [scale], zeroPoints: [0n] });
  const codes = (data: Float32Array, scale: number): number[] => Array.from(data, (value) => Math.round(value / scale));
  const [xScale, featureScale, timeScale, stateScale] = [1 / 127, 1 / 127, 1 / 32767, 8 / 32767].map(Math.fround);
  const isCodes = kind === 'int8';
  const features: TensorSpec =
    kind === 'float32'
      ? { shape: [filters, inputs], data: numbers.features }
      : {
          shape: [filters, inputs],
          type: tensorType.INT8,
          data: Int8Array.from(codes(numbers.features, featureScale)),
          ...scaled(featureScale),
        };
  const times: TensorSpec = {
    float32: { shape: [filters, memory], data: numbers.times },
    hybrid: {
      shape: [filters, memory],
      type: tensorType.INT8,
      data: Int8Array.from(codes(numbers.times, featureScale)),
      ...scaled(featureScale),
    },
    int8: {
      shape: [filters, memory],
      type: tensorType.INT16,
      data: Int16Array.from(codes(numbers.times, timeScale)),
      ...scaled(timeScale),
    },
  }[kind];
  const biasScale = Math.fround(stateScale * timeScale);
  const bias: TensorSpec = isCodes
    ? {
        shape: [units],
        type: tensorType.INT32,
        data: Int32Array.from(codes(numbers.biases, biasScale)),
        ...scaled(biasScale),
      }
    : { shape: [units], data: numbers.biases };
  const value = (name: string, shape: readonly number[], type: number, scale: number): TensorSpec =>
    isCodes ? { name, shape, type, ...scaled(scale) } : { name, shape };
  const bytes = buildTflite({
    tensors: [
      value('x', [batch, inputs], tensorType.INT8, xScale),
      features,
      times,
      bias,
      {
        ...value('state', change.stateShape ?? [batch, filters * memory], tensorType.INT16, stateScale),
        fields: { 5: { int8: 1 } },
      },
      // As converters have it after RELU, which TensorFlow Lite leaves to the range of the codes.
      {
        ...value('y', [batch, units], tensorType.INT8, Math.fround(6 / 255)),
        ...(isCodes && { zeroPoints: [-128n] }),
      },
    ],
    operators: [
      {
        code: 27,
        inputs: [0, 1, 2, 3, ...(change.hasState === false ? [] : [4])],
        outputs: [5],
        options: [6, { 0: { int32: change.rank ?? rank }, 1: { int8: change.activation ?? 1 } }],
      },
    ],
    inputs: [0],
    outputs: [5],
  });
  return { bytes, numbers };
}
