import { FormatError, ShapeError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import { type Constant, type OperatorFamily, type OperatorReader, reshapeTo, type Step } from './operator.ts';
import { windowStep } from './windows.ts';

/** What the options of both begin with: TensorFlow Lite's TfLitePoolParams, 32-bit numbers each. */
const FIELDS = ['padding', 'stride_w', 'stride_h', 'filter_w', 'filter_h'] as const;

/** @throws UnsupportedOpError for windows that overlap, or leave something out */
function readWindow(operator: OperatorReader): readonly [number, number] {
  const { where } = operator;
  const bytes = operator.customBytes();
  if (bytes.byteLength < 4 * FIELDS.length) {
    throw new FormatError(`tflite: ${where}: its options, ${bytes.byteLength} bytes, name no window.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [, strideX, strideY, width, height] = FIELDS.map((_, index) => view.getInt32(4 * index, true));
  const window = windowStep(where, 'window', height, width);
  if (strideX !== width || strideY !== height) {
    throw operator.unsupported(`windows of ${height} × ${width} at every ${strideY} × ${strideX}`);
  }
  return window;
}

/** @throws ShapeError unless windows cover an image */
function sizesOf(operator: OperatorReader, x: TensorType | undefined, [high, wide]: readonly [number, number]) {
  const shape: Shape = x?.shape ?? [];
  const [batch, height, width, channels] = shape;
  if (shape.length !== 4 || height % high !== 0 || width % wide !== 0) {
    throw new ShapeError(
      `tflite: ${operator.where}: windows of ${high} × ${wide} do not make up ${formatShape(shape)}.`,
    );
  }
  return { batch, rows: height / high, columns: width / wide, channels };
}

/**
 * MediaPipe's MaxPoolingWithArgmax2D: the largest of each window, and which of the window's elements it is, counted along
 * rows; windows side by side.
 */
export const poolingWithArgmax: OperatorFamily = {
  types: ['CUSTOM MaxPoolingWithArgmax2D'],
  inputCount: [1, 1],
  outputCount: [2, 2],
  read(operator) {
    requireNumbers(operator);
    const window = readWindow(operator);
    return ([x]) => {
      const { batch, rows, columns, channels } = sizesOf(operator, x, window);
      const [high, wide] = window;
      const none = [0, 0, 0, 0] as const;
      const steps: Step[] = [
        {
          op: 'max-pool2d',
          attributes: { size: window, strides: window, padding: none, activation: 'none' },
          operands: [{ input: 0 }],
        },
        { ...reshapeTo([batch, rows, high, columns, wide, channels]), operands: [{ input: 0 }] },
        { op: 'transpose', attributes: { permutation: [0, 1, 3, 5, 2, 4] }, operands: [{ step: 1 }] },
        { ...reshapeTo([batch, rows, columns, channels, high * wide]), operands: [{ step: 2 }] },
        {
          op: 'arg-max',
          attributes: { axis: 4, keepDims: false },
          operands: [{ step: 3 }],
          results: [{ dtype: 'int32' }],
        },
        { op: 'cast', attributes: {}, operands: [{ step: 4 }] },
      ];
      return { steps, outputs: [0, 5] };
    };
  },
};

/** MediaPipe's MaxUnpooling2D: numbers where the largest of windows were, and zeros elsewhere. */
export const unpooling: OperatorFamily = {
  types: ['CUSTOM MaxUnpooling2D'],
  inputCount: [2, 2],
  read(operator) {
    requireNumbers(operator);
    const [high, wide] = readWindow(operator);
    return ([x]) => {
      const { batch, rows, columns, channels } = sizesOf(operator, x, [1, 1]);
      const places: Constant = {
        constant: { dtype: 'float32', shape: [high, 1, wide, 1] },
        fill(data) {
          for (let place = 0; place < high * wide; place++) data[place] = place;
        },
      };
      const spread: Shape = [batch, rows, 1, columns, 1, channels];
      const number = { dtype: 'float32' } as const;
      const zero: Constant = { constant: { dtype: 'float32', shape: [] }, fill: () => undefined };
      const steps: Step[] = [
        { ...reshapeTo(spread), operands: [{ input: 1 }] },
        { op: 'equal', attributes: {}, operands: [{ step: 0 }, places], results: [{ dtype: 'int32' }] },
        { ...reshapeTo(spread), operands: [{ input: 0 }] },
        { op: 'select', attributes: {}, operands: [{ step: 1 }, { step: 2 }, zero], results: [number] },
        { ...reshapeTo([batch, rows * high, columns * wide, channels]), operands: [{ step: 3 }] },
      ];
      return { steps, outputs: [4] };
    };
  },
};

function requireNumbers(operator: OperatorReader): void {
  const other = [...operator.inputs, ...operator.outputs].find((tensor) => tensor!.type !== 'FLOAT32');
  if (other !== undefined) throw operator.unsupported(`values of type ${other!.type}`);
}
