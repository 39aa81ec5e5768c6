import shader from '../../shaders/decode-boxes.wgsl';
import { ShapeError } from '../errors.ts';
import { elementCount, formatShape, quadsPerRow, rowLength, sameShape, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { numbered } from './lib/axes.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, streamingCost } from './lib/operands.ts';

export interface DecodeBoxesAttributes {
  /** What the encodings of y, x, height and width are divided by; positive. */
  readonly scales: readonly [number, number, number, number];
  /** Whether anchors are [y, x, height, width] of a center and a size, or [y1, x1, y2, x2] of two corners. */
  readonly anchors: 'center-size' | 'corners';
}

const kernel: Kernel<DecodeBoxesAttributes> = {
  name: 'decode-boxes',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch(context) {
    const { encodings, anchors } = shapes(context);
    const boxes = encodings[0] * encodings[1];
    const launch = linearDispatch(boxes);
    return {
      shader,
      constants: {
        ...launch.constants,
        ANCHORS: anchors[0],
        BOXES: boxes,
        ROW_QUADS: quadsPerRow(encodings),
        FROM_CORNERS: context.attributes.anchors === 'corners' ? 1 : 0,
        ...numbered('SCALE', context.attributes.scales),
      },
      bindings: [{ input: 0 }, { input: 1 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 16 * boxes),
    };
  },
};

/**
 * The boxes that a detector means: an encoding [dy, dx, dh, dw] moves and stretches an anchor of center (y, x), height h
 * and width w to the center (y + dy · h / sy, x + dx · w / sx), the height h · exp(dh / sh) and the width w · exp(dw / sw).
 * Inputs: encodings float32 [N, A, K], of whose K ≥ 4 numbers the first four are read; anchors float32 [A, 4].
 * The output is float32 [N, A, 4], the corners [y1, x1, y2, x2] of each box.
 * @see TFLite_Detection_PostProcess; Ren et al. 2015, arXiv:1506.01497, Liu et al. 2015, arXiv:1512.02325
 */
export const decodeBoxes: OpDefinition<DecodeBoxesAttributes> = defineOp({
  name: 'decode-boxes',
  inferShape(context) {
    const { encodings, anchors } = shapes(context);
    const fits = encodings.length === 3 && encodings[2] >= 4 && sameShape(anchors, [encodings[1], 4]);
    if (!fits) {
      throw new ShapeError(
        `decode-boxes "${context.name}": encodings ${formatShape(encodings)} and anchors ${formatShape(anchors)} do not fit. Give [N, A, 4] and [A, 4].`,
      );
    }
    const { scales } = context.attributes;
    if (scales.length !== 4 || !scales.every((scale) => scale > 0 && scale < Infinity)) {
      throw new ShapeError(
        `decode-boxes "${context.name}": scales [${scales.join(', ')}] are not four positive numbers.`,
      );
    }
    return [[encodings[0], encodings[1], 4]];
  },
  reference(context, inputs) {
    const encodings = operand('decode-boxes', context, inputs, 0);
    const anchors = operand('decode-boxes', context, inputs, 1);
    const { scales, anchors: form } = context.attributes;
    const y = emptyTensor(context.outputs[0]);
    const pitch = rowLength(encodings.shape);
    for (let box = 0; box < elementCount(y.shape) / 4; box++) {
      const anchor = (box % anchors.shape[0]) * 4;
      for (const axis of [0, 1]) {
        const first = anchors.data[anchor + axis];
        const second = anchors.data[anchor + axis + 2];
        const size = form === 'corners' ? second - first : second;
        const middle = form === 'corners' ? (first + second) / 2 : first;
        const [move, stretch] = [axis, axis + 2].map((at) => encodings.data[box * pitch + at] / scales[at]);
        const center = move * size + middle;
        const half = (Math.exp(stretch) * size) / 2;
        y.data[box * 4 + axis] = center - half;
        y.data[box * 4 + axis + 2] = center + half;
      }
    }
    return [y];
  },
  kernels: [kernel],
  partition: {
    unit: (_, axis) => (axis < 2 ? 1 : undefined),
    part: ({ attributes }, range) => ({
      attributes,
      inputs: [
        { input: 0, ranges: [range] },
        { input: 1, ranges: range.axis === 1 ? [{ ...range, axis: 0 }] : [] },
      ],
    }),
  },
});

function shapes(context: Pick<OpContext<DecodeBoxesAttributes>, 'name' | 'inputs'>): {
  readonly encodings: Shape;
  readonly anchors: Shape;
} {
  const [encodings, anchors] = [0, 1].map((index) => operandType('decode-boxes', context, index).shape);
  return { encodings, anchors };
}
