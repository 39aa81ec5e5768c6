import batchMatmulFloat from '../../../shaders/batch-matmul-float.wgsl';
import batchMatmulInt8 from '../../../shaders/batch-matmul-int8.wgsl';
import { NumericError } from '../../errors.ts';
import { type Quantization, zeroPointAt } from '../../tensor/quantization.ts';
import { elementCount, quadCount, type Shape } from '../../tensor/shape.ts';
import type { Dispatch, Kernel, KernelContext, OpContext } from '../define-op.ts';
import { broadcastStrides, kernelAxes, numbered } from './axes.ts';
import {
  channelMultiplier,
  channelParameterCount,
  channelParameters,
  type ChannelSummary,
  floatParameters,
  type LayerQuantization,
} from './channel-parameters.ts';
import { layerCost } from './convolution-kernels.ts';
import { type Epilogue, floatEpilogue, int8Epilogue, type LayerAttributes, layerQuantization } from './fused-layer.ts';
import { linearDispatch } from './linear-dispatch.ts';

/** Every size of a product of matrices y[…, m, n] = Σₖ a[…, m, k] · b[…, k, n]. */
export interface ProductShape {
  /** m, n and k. */
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Axes before the matrices': of the result, and of both operands, which broadcast to it. */
  readonly batch: Shape;
  readonly aBatch: Shape;
  readonly bBatch: Shape;
  /** Whether a is stored [k, m], and b [n, k]. */
  readonly transposesA: boolean;
  readonly transposesB: boolean;
}

type ProductOf<A> = (context: OpContext<A>) => ProductShape;

/** Steps of four products after which engine-f32-exact must leave float32. */
const exactSteps = 1024 / 4;

/** Sums in float64, exact for 8-bit codes, in plain loops. Operands with zero points subtracted, as they are stored. */
export function productSums(a: Float64Array, b: Float64Array, shape: ProductShape): Float64Array {
  const { rows, columns, depth, batch, transposesA, transposesB } = shape;
  const aMatrices = matrixNumbers(shape.aBatch, batch);
  const bMatrices = matrixNumbers(shape.bBatch, batch);
  const sums = new Float64Array(elementCount(batch) * rows * columns);
  for (let i = 0; i < sums.length; i++) {
    const n = i % columns;
    const m = Math.floor(i / columns) % rows;
    const matrix = Math.floor(i / columns / rows);
    const [aStart, bStart] = [aMatrices[matrix] * rows * depth, bMatrices[matrix] * depth * columns];
    for (let k = 0; k < depth; k++) {
      sums[i] +=
        a[aStart + (transposesA ? k * rows + m : m * depth + k)] *
        b[bStart + (transposesB ? n * depth + k : k * columns + n)];
    }
  }
  return sums;
}

/** For each matrix of the result the operand's. */
function matrixNumbers(shape: Shape, batch: Shape): readonly number[] {
  const strides = broadcastStrides(shape, batch);
  let numbers = [0];
  for (const [axis, size] of batch.entries()) {
    numbers = numbers.flatMap((start) => Array.from({ length: size }, (_, index) => start + index * strides[axis]));
  }
  return numbers;
}

/** Kernels for layers whose weights are computed: inputs a, b, bias?, residual?, as layers with constant weights have. */
export function productKernels<A extends LayerAttributes>(op: string, productOf: ProductOf<A>): readonly Kernel<A>[] {
  return (['int8', 'float32'] as const).map((dtype) => ({
    name: dtype === 'int8' ? 'batch-matmul-int8' : 'batch-matmul-float',
    usesEngine: dtype === 'int8',
    accepts: (context) => acceptsProduct(context, dtype) && batchAxes(productOf(context)) !== undefined,
    dispatch: (context) => (dtype === 'int8' ? int8Dispatch : floatDispatch)(op, context, productOf(context)),
  }));
}

function acceptsProduct(context: OpContext<object>, dtype: 'int8' | 'float32'): boolean {
  const [a, b, bias, residual] = context.inputs;
  const isOfType = [a, b, context.outputs[0]].every((type) => type?.dtype === dtype);
  const biasDType = dtype === 'int8' ? 'int32' : 'float32';
  return (
    isOfType &&
    (bias === undefined || (bias.dtype === biasDType && context.constants[2] !== undefined)) &&
    (residual === undefined || residual.dtype === dtype)
  );
}

function batchAxes({ batch, aBatch, bBatch }: ProductShape): ReturnType<typeof kernelAxes> {
  return kernelAxes(batch, [broadcastStrides(aBatch, batch), broadcastStrides(bBatch, batch)]);
}

function int8Dispatch(op: string, context: KernelContext<LayerAttributes>, shape: ProductShape): Dispatch {
  const quantization = layerQuantization(op, context);
  const lanes = Math.ceil(shape.columns / 4);
  const inputZeroPoint = zeroPointAt(quantization.input, 0);
  const bias = context.constants[2]?.data as Int32Array | undefined;
  const epilogue = int8Epilogue(op, context, false);
  const isSymmetric = quantization.weights.zeroPoints.every((zeroPoint) => zeroPoint === 0);
  requireInt32(`${op} "${context.name}"`, quantization, shape.depth, bias);
  return productDispatch(context, batchMatmulInt8, shape, context.engine === 'f32-exact' ? exactSteps : Infinity, {
    imports: {
      ...epilogue.imports,
      'engine-dp4a': `engine-${context.engine}`,
      'channel-sums-symmetric': isSymmetric ? 'channel-sums-symmetric' : 'channel-sums-asymmetric',
    },
    constants: { ...epilogue.constants, A_ZERO_POINT: inputZeroPoint, PARAMETERS: channelParameterCount(lanes) },
    bindings: [
      {
        constant: 'parameters',
        sizeBytes: channelParameterCount(lanes) * 16,
        data: () => {
          const summary = unfolded(quantization, bias, shape.columns);
          return channelParameters(summary, quantization, context.attributes.activation, false, lanes);
        },
      },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

/** Biases as they are: without the weights the zero point of a cannot be folded into them. */
function unfolded(quantization: LayerQuantization, bias: Int32Array | undefined, channels: number): ChannelSummary {
  const multipliers = Array.from({ length: channels }, (_, channel) => channelMultiplier(quantization, channel));
  return {
    isShort: false,
    numbers: () => ({
      biases: Float64Array.from({ length: channels }, (_, channel) => bias?.[channel] ?? 0),
      multipliers: Int32Array.from(multipliers.flatMap(({ bits, shift }) => [bits, shift])),
    }),
  };
}

/** @throws NumericError when a sum could leave int32 */
function requireInt32(
  where: string,
  { input, weights }: LayerQuantization,
  depth: number,
  bias: Int32Array | undefined,
): void {
  const largest = ({ zeroPoints }: Quantization): number =>
    zeroPoints.reduce((most, zeroPoint) => Math.max(most, 127 - zeroPoint, zeroPoint + 128), 0);
  const largestBias = bias?.reduce((most, value) => Math.max(most, Math.abs(value)), 0) ?? 0;
  const bound = depth * largest(input) * largest(weights) + largestBias;
  if (bound < 2 ** 31) return;
  throw new NumericError(
    `${where}: a sum of ${depth} products can reach ±${bound}, beyond int32. Use fewer products, or compute in float32.`,
  );
}

function floatDispatch(op: string, context: KernelContext<LayerAttributes>, shape: ProductShape): Dispatch {
  const lanes = Math.ceil(shape.columns / 4);
  const bias = context.constants[2]?.data as Float32Array | undefined;
  const epilogue = floatEpilogue(op, context);
  return productDispatch(context, batchMatmulFloat, shape, Infinity, {
    imports: epilogue.imports,
    constants: { ...epilogue.constants, PARAMETERS: lanes },
    bindings: [
      {
        constant: 'parameters',
        sizeBytes: lanes * 16,
        data: () => floatParameters(bias, undefined, shape.columns, lanes),
      },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

/** @param limit steps that may be summed before the sums go to totals */
function productDispatch(
  context: KernelContext<LayerAttributes>,
  shader: string,
  shape: ProductShape,
  limit: number,
  { imports, constants, bindings }: Epilogue,
): Dispatch {
  const { rows, columns, depth, transposesA, transposesB } = shape;
  const axes = batchAxes(shape)!;
  const batches = elementCount(shape.batch);
  const aMatrix = quadCount(transposesA ? [depth, rows] : [rows, depth]);
  const bMatrix = quadCount(transposesB ? [columns, depth] : [depth, columns]);
  const launch = linearDispatch(batches * Math.ceil(rows / 4) * Math.ceil(columns / 4));
  const steps = Math.ceil(depth / 4);
  const chunks = Math.ceil(steps / limit) || 1;
  return {
    shader,
    imports,
    constants: {
      ...constants,
      ...launch.constants,
      ...numbered('SIZE', axes.sizes),
      ...numbered(
        'A_STRIDE',
        axes.strides[0].map((stride) => stride * aMatrix),
      ),
      ...numbered(
        'B_STRIDE',
        axes.strides[1].map((stride) => stride * bMatrix),
      ),
      A_QUADS: elementCount(shape.aBatch) * aMatrix,
      B_QUADS: elementCount(shape.bBatch) * bMatrix,
      Y_QUADS: quadCount(context.outputs[0].shape),
      BATCHES: batches,
      ROWS: rows,
      COLUMNS: columns,
      DEPTH: depth,
      A_TRANSPOSED: transposesA ? 1 : 0,
      B_TRANSPOSED: transposesB ? 1 : 0,
      STEPS: Math.ceil(steps / chunks),
      CHUNKS: chunks,
    },
    bindings: [{ input: 0 }, { input: 1 }, ...bindings],
    workgroups: launch.workgroups,
    cost: layerCost(context, batches * rows * columns * depth),
  };
}
