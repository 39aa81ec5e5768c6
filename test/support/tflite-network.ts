import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createRandom } from '../../src/tensor/random.ts';
import type { TableSpec } from './flatbuffer-builder.ts';
import { buildTflite, type OperatorSpec, type TensorSpec, tensorType } from './tflite-builder.ts';

/** A tensor of a network under construction. */
export interface Ref {
  readonly index: number;
  readonly shape: readonly number[];
}

/** What a tensor is, and how it becomes codes. */
interface Entry {
  readonly shape: readonly number[];
  /** Constants have data: real numbers, or integers that say how an operator works. */
  readonly data?: Float32Array | Int32Array;
  /** Of weights, the axis of the output channels; of a bias, the input and the weights that give its scales. */
  readonly weights?: { readonly axis: number; readonly perChannel: boolean };
  readonly bias?: { readonly input: number; readonly weights: number };
  /** The tensor whose codes it has: operators that move elements keep them. */
  readonly keeps?: number;
  /** A quantization that does not depend on its values: scale and zero point. */
  readonly codes?: readonly [number, number];
  /** What does not become codes: indices, and what a detector reports. */
  readonly type?: number;
}

export interface ApplyOptions {
  /** Number of the BuiltinOptions member, and its fields. */
  readonly options?: readonly [unionType: number, fields: TableSpec];
  readonly custom?: readonly [code: string, options: Uint8Array];
  readonly keeps?: true;
  readonly codes?: readonly [number, number];
  readonly type?: number;
}

export interface WindowOptions {
  readonly size?: readonly [number, number];
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: 'SAME' | 'VALID';
  readonly activation?: keyof typeof activations;
}

const [CONCATENATION, DEQUANTIZE, CUSTOM, QUANTIZE] = [2, 6, 32, 114];
const activations = { NONE: 0, RELU: 1, RELU6: 3 } as const;
/** What a probability's codes are in every file. */
const probabilityCodes = [1 / 256, -128] as const;

/**
 * A small network as a converter writes it into a TFLite file: in float32, or in int8 after a calibration with one input.
 * Weights are drawn from a seed, so that activations stay within about ±1.
 */
export class Network {
  readonly #entries: Entry[] = [];
  readonly #operators: OperatorSpec[] = [];
  readonly #inputs: number[] = [];
  readonly #random = createRandom(5);
  #data: Float32Array[] | undefined;

  input(...shape: readonly number[]): Ref {
    const ref = this.#add({ shape });
    this.#inputs.push(ref.index);
    return ref;
  }

  /** A constant list of integers; of several axes where a shape is given. */
  integers(data: readonly number[], shape: readonly number[] = [data.length]): Ref {
    return this.#add({ shape, data: Int32Array.from(data), type: tensorType.INT32 });
  }

  /** A constant of real numbers, which becomes codes as a value does. */
  numbers(data: readonly number[], shape: readonly number[]): Ref {
    return this.#add({ shape, data: Float32Array.from(data) });
  }

  /** Any operator of one output. */
  apply(code: number, inputs: readonly Ref[], shape: readonly number[], options: ApplyOptions = {}): Ref {
    return this.applyMany(code, inputs, [shape], options)[0];
  }

  /** Any operator. */
  applyMany(
    code: number,
    inputs: readonly Ref[],
    shapes: readonly (readonly number[])[],
    { options, custom, keeps, codes, type }: ApplyOptions = {},
  ): Ref[] {
    // The first that is computed.
    const first = inputs.find(({ index }) => this.#entries[index].data === undefined);
    const outputs = shapes.map((shape) => this.#add({ shape, codes, type, ...(keeps && { keeps: first!.index }) }));
    this.#operators.push({
      code,
      inputs: inputs.map(({ index }) => index),
      outputs: outputs.map(({ index }) => index),
      ...(options && { options }),
      ...(custom && { customCode: custom[0], customOptions: custom[1] }),
    });
    return outputs;
  }

  conv2d(x: Ref, channels: number, window: WindowOptions = {}): Ref {
    const { size = [1, 1], stride = 1, dilation = 1, padding = 'SAME', activation = 'NONE' } = window;
    const depth = x.shape[3];
    const weights = this.#weights([channels, ...size, depth], 0, size[0] * size[1] * depth);
    return this.apply(3, [x, weights, this.#bias(x, weights, channels)], windowed(x.shape, channels, window), {
      options: [
        1,
        {
          0: { int8: padding === 'SAME' ? 0 : 1 },
          1: { int32: stride },
          2: { int32: stride },
          3: { int8: activations[activation] },
          4: { int32: dilation },
          5: { int32: dilation },
        },
      ],
    });
  }

  depthwise(x: Ref, window: WindowOptions = {}): Ref {
    const { size = [3, 3], stride = 1, dilation = 1, padding = 'SAME', activation = 'NONE' } = window;
    const channels = x.shape[3];
    const weights = this.#weights([1, ...size, channels], 3, size[0] * size[1]);
    return this.apply(
      4,
      [x, weights, this.#bias(x, weights, channels)],
      windowed(x.shape, channels, { size, ...window }),
      {
        options: [
          2,
          {
            0: { int8: padding === 'SAME' ? 0 : 1 },
            1: { int32: stride },
            2: { int32: stride },
            3: { int32: 1 },
            4: { int8: activations[activation] },
            5: { int32: dilation },
            6: { int32: dilation },
          },
        ],
      },
    );
  }

  /** TRANSPOSE_CONV to an image `stride` times as large. */
  transposeConv(x: Ref, channels: number, size: readonly [number, number], stride: number): Ref {
    const [batch, height, width, depth] = x.shape;
    const shape = [batch, height * stride, width * stride, channels];
    const weights = this.#weights([channels, ...size, depth], 0, (size[0] * size[1] * depth) / stride ** 2);
    const bias = this.#bias(x, weights, channels);
    return this.apply(67, [this.integers(shape), weights, x, bias], shape, {
      options: [49, { 0: { int8: 0 }, 1: { int32: stride }, 2: { int32: stride } }],
    });
  }

  dense(x: Ref, units: number, activation: keyof typeof activations = 'NONE'): Ref {
    const depth = x.shape.at(-1)!;
    const weights = this.#weights([units, depth], 0, depth, false);
    const bias = this.#bias(x, weights, units);
    return this.apply(9, [x, weights, bias], [x.shape[0], units], {
      options: [8, { 0: { int8: activations[activation] } }],
    });
  }

  /** MAX_POOL_2D or AVERAGE_POOL_2D. */
  pool(kind: 'max' | 'average', x: Ref, window: WindowOptions = {}): Ref {
    const { size = [2, 2], stride = 2, padding = 'SAME' } = window;
    return this.apply(kind === 'max' ? 17 : 1, [x], windowed(x.shape, x.shape[3], { size, stride, padding }), {
      options: [
        5,
        {
          0: { int8: padding === 'SAME' ? 0 : 1 },
          1: { int32: stride },
          2: { int32: stride },
          3: { int32: size[1] },
          4: { int32: size[0] },
        },
      ],
      keeps: true,
    });
  }

  add(a: Ref, b: Ref, activation: keyof typeof activations = 'NONE'): Ref {
    return this.apply(0, [a, b], a.shape, { options: [11, { 0: { int8: activations[activation] } }] });
  }

  mul(a: Ref, b: Ref): Ref {
    return this.apply(18, [a, b], a.shape, { options: [21, {}] });
  }

  relu(x: Ref): Ref {
    return this.apply(19, [x], x.shape);
  }

  relu6(x: Ref): Ref {
    return this.apply(21, [x], x.shape);
  }

  hardSwish(x: Ref): Ref {
    return this.apply(117, [x], x.shape);
  }

  logistic(x: Ref): Ref {
    return this.apply(14, [x], x.shape, { codes: probabilityCodes });
  }

  softmax(x: Ref): Ref {
    return this.apply(25, [x], x.shape, { options: [9, { 0: { float32: 1 } }], codes: probabilityCodes });
  }

  mean(x: Ref, axes: readonly number[], keepDims = false): Ref {
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
    return this.apply(40, [x, this.integers(axes)], shape, { options: [27, { 0: { int8: keepDims ? 1 : 0 } }] });
  }

  reshape(x: Ref, ...shape: readonly number[]): Ref {
    return this.apply(22, [x, this.integers(shape)], shape, { keeps: true });
  }

  transpose(x: Ref, ...permutation: readonly number[]): Ref {
    const shape = permutation.map((axis) => x.shape[axis]);
    return this.apply(39, [x, this.integers(permutation)], shape, { options: [26, {}], keeps: true });
  }

  concat(inputs: readonly Ref[], axis: number): Ref {
    const size = inputs.reduce((sum, { shape }) => sum + shape[axis], 0);
    return this.apply(CONCATENATION, inputs, inputs[0].shape.with(axis, size), {
      options: [10, { 0: { int32: axis } }],
    });
  }

  split(x: Ref, count: number, axis: number): Ref[] {
    const shape = x.shape.with(axis, x.shape[axis] / count);
    const shapes = Array.from({ length: count }, () => shape);
    return this.applyMany(49, [this.integers([axis], []), x], shapes, {
      options: [35, { 0: { int32: count } }],
      keeps: true,
    });
  }

  pad(x: Ref, padding: readonly (readonly [number, number])[]): Ref {
    const shape = x.shape.map((size, axis) => size + padding[axis][0] + padding[axis][1]);
    return this.apply(34, [x, this.integers(padding.flat(), [padding.length, 2])], shape, { keeps: true });
  }

  resizeBilinear(x: Ref, height: number, width: number): Ref {
    const shape = [x.shape[0], height, width, x.shape[3]];
    const options = [15, { 3: { int8: 1 } }] as const;
    return this.apply(23, [x, this.integers([height, width])], shape, { options, keeps: true });
  }

  /** The numbers that the network's inputs are drawn as, once it is complete. */
  inputData(): Float32Array[] {
    this.#data ??= this.#inputs.map((index) => this.#draw(this.#entries[index].shape, 1));
    return this.#data;
  }

  /** The file, and the names of its inputs and outputs in order. */
  float32(outputs: readonly Ref[]): Uint8Array<ArrayBuffer> {
    return this.#build(outputs, (entry) => entry);
  }

  /** The file after the calibration with one input. */
  int8(outputs: readonly Ref[], calibration: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
    const graph = tfliteGraph(this.float32(outputs));
    const inputs = graph.inputs.map((name, index) => {
      return [name, { ...graph.values[name], data: calibration[index] }] as const;
    });
    const values = runReference(graph, Object.fromEntries(inputs));
    const parameters: (readonly [scale: number, zeroPoint: number] | undefined)[] = [];
    const scaleOf = (index: number): number => parameters[index]![0];
    const specify = (entry: Entry, index: number): Partial<TensorSpec> => {
      const { data, weights, bias, keeps, codes, type, shape } = entry;
      if (type !== undefined) return entry;
      if (weights !== undefined) return quantizedWeights(data as Float32Array, shape, weights);
      if (bias !== undefined) {
        const { scales } = quantizedWeights(
          this.#entries[bias.weights].data as Float32Array,
          this.#entries[bias.weights].shape,
          this.#entries[bias.weights].weights!,
        );
        const own = scales.map((scale) => Math.fround(scale * scaleOf(bias.input)));
        const sums = Int32Array.from(data!, (value, at) => Math.round(value / own[own.length === 1 ? 0 : at]));
        return { type: tensorType.INT32, scales: own, zeroPoints: own.map(() => 0n), data: sums };
      }
      const chosen =
        keeps === undefined ? (codes ?? asymmetric(data ?? values.get(`t${index}`)!.data)) : parameters[keeps]!;
      parameters[index] = chosen;
      const [scale, zeroPoint] = chosen;
      const quantize = (value: number): number => Math.min(127, Math.max(-128, Math.round(value / scale) + zeroPoint));
      return {
        type: tensorType.INT8,
        scales: [scale],
        zeroPoints: [BigInt(zeroPoint)],
        ...(data && { data: Int8Array.from(data, quantize) }),
      };
    };
    return this.#build(outputs, specify, withFittingInputs);
  }

  #build(
    outputs: readonly Ref[],
    specify: (entry: Entry, index: number) => Partial<TensorSpec>,
    adapt: (operators: readonly OperatorSpec[], tensors: TensorSpec[]) => readonly OperatorSpec[] = (same) => same,
  ): Uint8Array<ArrayBuffer> {
    const tensors = this.#entries.map((entry, index): TensorSpec => {
      const { type, data, scales, zeroPoints, axis } = specify(entry, index);
      return { name: `t${index}`, shape: entry.shape, type, data, scales, zeroPoints, axis };
    });
    const ends = { inputs: this.#inputs, outputs: outputs.map(({ index }) => index) };
    return buildTflite({ operators: adapt(this.#operators, tensors), tensors, ...ends });
  }

  #add(entry: Entry): Ref {
    this.#entries.push(entry);
    return { index: this.#entries.length - 1, shape: entry.shape };
  }

  #weights(shape: readonly number[], axis: number, terms: number, perChannel = true): Ref {
    const data = this.#draw(shape, Math.sqrt(3 / terms));
    return this.#add({ shape, data, weights: { axis, perChannel } });
  }

  #bias(input: Ref, weights: Ref, channels: number): Ref {
    const data = this.#draw([channels], 0.1);
    return this.#add({ shape: [channels], data, bias: { input: input.index, weights: weights.index } });
  }

  #draw(shape: readonly number[], range: number): Float32Array {
    const length = shape.reduce((product, size) => product * size, 1);
    return Float32Array.from({ length }, () => this.#random.uniform(-range, range));
  }
}

function windowed(shape: readonly number[], channels: number, window: WindowOptions): readonly number[] {
  const { size = [1, 1], stride = 1, dilation = 1, padding = 'SAME' } = window;
  const [batch, ...spatial] = shape;
  const along = (axis: number): number => {
    const covered = padding === 'SAME' ? 0 : (size[axis] - 1) * dilation;
    return Math.ceil((spatial[axis] - covered) / stride);
  };
  return [batch, along(0), along(1), channels];
}

/**
 * TensorFlow Lite joins codes of one scale only, and has no codes in custom operators: converters have them changed before.
 */
function withFittingInputs(operators: readonly OperatorSpec[], tensors: TensorSpec[]): readonly OperatorSpec[] {
  return operators.flatMap((operator) => {
    if (operator.code !== CONCATENATION && operator.code !== CUSTOM) return [operator];
    const { scales, zeroPoints, type } = tensors[operator.outputs[0]];
    const isJoin = operator.code === CONCATENATION;
    const changes: OperatorSpec[] = [];
    const inputs = operator.inputs.map((input) => {
      const tensor = tensors[input];
      if (isJoin && tensor.scales![0] === scales![0] && tensor.zeroPoints![0] === zeroPoints![0]) return input;
      tensors.push({ name: `${tensor.name} changed`, shape: tensor.shape, type, scales, zeroPoints });
      changes.push({ code: isJoin ? QUANTIZE : DEQUANTIZE, inputs: [input], outputs: [tensors.length - 1] });
      return tensors.length - 1;
    });
    return [...changes, { ...operator, inputs }];
  });
}

/** Codes that cover the values and zero. */
function asymmetric(values: ArrayLike<number>): readonly [number, number] {
  const [low, high] = [Math.min(0, ...Array.from(values)), Math.max(0, ...Array.from(values))];
  const scale = Math.fround(Math.max((high - low) / 255, 2 ** -20));
  return [scale, Math.min(127, Math.max(-128, Math.round(-128 - low / scale)))];
}

/** Symmetric codes, with a scale for each output channel or one for all. */
function quantizedWeights(
  data: Float32Array,
  shape: readonly number[],
  { axis, perChannel }: NonNullable<Entry['weights']>,
) {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channelOf = (at: number): number => (perChannel ? Math.floor(at / inner) % shape[axis] : 0);
  const largest = Array.from({ length: perChannel ? shape[axis] : 1 }, () => 0);
  data.forEach((value, at) => (largest[channelOf(at)] = Math.max(largest[channelOf(at)], Math.abs(value))));
  const scales = largest.map((value) => Math.fround(value / 127));
  return {
    type: tensorType.INT8,
    scales,
    zeroPoints: scales.map(() => 0n),
    axis,
    data: Int8Array.from(data, (value, at) => Math.round(value / scales[channelOf(at)])),
  };
}
