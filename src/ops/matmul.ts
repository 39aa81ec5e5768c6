import { ShapeError } from '../errors.ts';
import { formatShape, rowCount, type Shape } from '../tensor/shape.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { constantWeights, convolutionKernels } from './lib/convolution-kernels.ts';
import { convolutionSums } from './lib/convolution-reference.ts';
import type { ConvolutionShape } from './lib/convolution-shape.ts';
import { absorbLayerConsumer, finishReference, type LayerAttributes } from './lib/fused-layer.ts';
import { channelsPart, pixelsPart } from './lib/layer-part.ts';
import { centered, checkLayer, shapeOfRank } from './lib/layer-operands.ts';
import { operandType } from './lib/operands.ts';
import { productKernels, type ProductShape } from './lib/product-kernels.ts';

export type MatmulAttributes = LayerAttributes;

type Node = Omit<OpContext<MatmulAttributes>, 'outputs' | 'rounding'>;

/**
 * Matrix product with weights: y[..., n] = activation(bias[n] + Σₖ x[..., k] · w[n, k]).
 * Inputs: x [..., K]; weights [N, K], per tensor or quantized along axis 0; bias? [N], int32 with scale xScale·wScale for
 * codes; residual? like the output. Output: [..., N].
 * On the device it is a 1×1 convolution over one row of pixels, and runs on the same kernels; with weights that are
 * computed, it is a product of two matrices. The bias is constant.
 * @throws ShapeError when the two K differ; NumericError when an int8 accumulator could leave int32
 */
export const matmul: OpDefinition<MatmulAttributes> = defineOp({
  name: 'matmul',
  inferShape: (context): readonly Shape[] => {
    const { outChannels } = shapeOf(context);
    return [[...operandType('matmul', context, 0).shape.slice(0, -1), outChannels]];
  },
  isHeavy: true,
  reference(context, inputs) {
    const shape = shapeOf(context);
    const sums = convolutionSums(centered('matmul', context, inputs, 0), centered('matmul', context, inputs, 1), shape);
    return [finishReference('matmul', context, inputs, sums, shape.outChannels)];
  },
  quantization: { output: 'calibrated', weights: { input: 1, axis: 0, bias: 2, isCodedToo: true } },
  kernels: [
    ...convolutionKernels<MatmulAttributes>('matmul', (context) => ({
      shape: shapeOf(context),
      weights: () => constantWeights(context),
    })),
    ...productKernels<MatmulAttributes>('matmul', productOf),
  ],
  partition: {
    unit: () => 1,
    part(context, range) {
      const isChannels = range.axis === context.outputs[0].shape.length - 1;
      return isChannels
        ? channelsPart(context, context.attributes, range, 0, [])
        : pixelsPart(context, range, { ranges: [range] });
    },
  },
  absorbConsumer: absorbLayerConsumer,
});

function productOf(context: OpContext<MatmulAttributes>): ProductShape {
  const { inWidth: rows, outChannels: columns, inChannels: depth } = shapeOf(context);
  return { rows, columns, depth, batch: [], aBatch: [], bBatch: [], transposesA: false, transposesB: true };
}

function shapeOf(context: Node): ConvolutionShape {
  const { shape } = operandType('matmul', context, 0);
  const [outChannels, inChannels] = shapeOfRank('matmul', context, 1, 'N, K');
  if (shape.length === 0 || shape[shape.length - 1] !== inChannels) {
    throw new ShapeError(
      `matmul "${context.name}": rows of x ${formatShape(shape)} do not have the ${inChannels} values that weights [${outChannels}, ${inChannels}] expect. Reshape x, or transpose the weights.`,
    );
  }
  checkLayer('matmul', context, outChannels, shape.length - 1);
  const pixels = rowCount(shape);
  return {
    strides: [1, 1],
    dilations: [1, 1],
    padding: [0, 0, 0, 0],
    groups: 1,
    kernelHeight: 1,
    kernelWidth: 1,
    batch: 1,
    inHeight: 1,
    inWidth: pixels,
    inChannels,
    outHeight: 1,
    outWidth: pixels,
    outChannels,
  };
}
