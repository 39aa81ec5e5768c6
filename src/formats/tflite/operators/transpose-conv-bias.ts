import { FormatError } from '../../../errors.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';
import { spatialSize, windowStep } from '../windows.ts';

// kTfLitePaddingSame and kTfLitePaddingValid of TensorFlow Lite's C interface.
const SAME = 1;
const VALID = 2;

/**
 * MediaPipe's Convolution2DTransposeBias: a transposed convolution with weights [O, kH, kW, C] that makes its output as
 * large as its padding leaves it. Its options are three numbers: the padding, and the strides along x and y.
 */
export const transposeConvBias: OperatorFamily = {
  types: ['CUSTOM Convolution2DTransposeBias'],
  inputCount: [3, 3],
  perChannel: [1, 2],
  read(operator) {
    const { where } = operator;
    requireWeightTypes(operator, 0);
    const bytes = operator.customBytes();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [padding, strideX, strideY] = bytes.byteLength < 12 ? [] : [0, 4, 8].map((at) => view.getInt32(at, true));
    if (padding !== SAME && padding !== VALID) {
      throw new FormatError(`tflite: ${where}: its options, ${bytes.byteLength} bytes, name no padding.`);
    }
    const strides = windowStep(where, 'stride', strideY, strideX);
    return ([x, weights]) => {
      const input = spatialSize(where, x);
      const kernel = spatialSize(where, weights);
      const removed = [0, 1].map((axis) =>
        padding === SAME ? Math.max(0, kernel[axis] - 1 - ((input[axis] - 1) % strides[axis])) : 0,
      );
      const before = removed.map((size) => Math.floor(size / 2));
      const after = removed.map((size, axis) => size - before[axis]);
      return {
        op: 'conv-transpose2d',
        attributes: {
          strides,
          padding: [before[0], before[1], after[0], after[1]],
          activation: 'none',
        },
      };
    };
  },
};
