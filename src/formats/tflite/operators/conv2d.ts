import { readConvolutionWindow } from '../convolution-window.ts';
import type { OperatorFamily } from '../operator.ts';
import { readWeightTypes } from '../operator-types.ts';
import { weightedLayer } from '../weighted-layer.ts';

/** CONV_2D: weights are [O, kH, kW, C / groups] in both; the file does not name the groups. */
export const conv2d: OperatorFamily = {
  types: ['CONV_2D'],
  inputCount: [2, 3],
  perChannel: [1, 2],
  read(operator) {
    const isDynamic = readWeightTypes(operator, 0);
    const windowOf = readConvolutionWindow(operator);
    // TFLite's kernel of weights with one scale does without zero points, that of several has them.
    const { scales } = operator.input(1);
    const dynamic = isDynamic ? { leading: 1, isSymmetric: scales.every((scale) => scale === scales[0]) } : undefined;
    return (inputs) => {
      const window = windowOf(inputs);
      const [{ shape }, weights] = [inputs[0]!, inputs[1]!];
      // Where the channels do not divide, one group makes the op's own shape rule say so.
      const groups = shape[3] / weights.shape[3];
      const attributes = { ...window, groups: Number.isInteger(groups) ? groups : 1 };
      return weightedLayer(operator, { layer: { op: 'conv2d', attributes }, input: shape, x: shape, dynamic });
    };
  },
};
