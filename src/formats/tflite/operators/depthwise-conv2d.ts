import { readConvolutionWindow } from '../convolution-window.ts';
import type { OperatorFamily } from '../operator.ts';
import { readWeightTypes } from '../operator-types.ts';
import { weightedLayer } from '../weighted-layer.ts';

/** DEPTHWISE_CONV_2D: weights are [1, kH, kW, O] in both. */
export const depthwiseConv2d: OperatorFamily = {
  types: ['DEPTHWISE_CONV_2D'],
  inputCount: [2, 3],
  perChannel: [1, 2],
  read(operator) {
    const dynamic = readWeightTypes(operator, 3) ? { leading: 1, isSymmetric: false } : undefined;
    const windowOf = readConvolutionWindow(operator);
    return (inputs) => {
      const layer = { op: 'depthwise-conv2d', attributes: windowOf(inputs) } as const;
      const { shape } = inputs[0]!;
      return weightedLayer(operator, { layer, input: shape, x: shape, dynamic });
    };
  },
};
