import resizeBilinearFloat from '../../shaders/resize-bilinear-float.wgsl';
import resizeBilinearInt8 from '../../shaders/resize-bilinear-int8.wgsl';
import { elementCount, quadCount, quadsPerRow } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import {
  defineOp,
  type Dispatch,
  type Kernel,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from './define-op.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import {
  computesOnCodes,
  everyDType,
  operand,
  operandType,
  requireSameEncoding,
  streamingCost,
} from './lib/operands.ts';
import { type Blend, blendOne, codeBlends, floatBlends, type ResizeCoordinates } from './lib/resize-coordinates.ts';
import { resizePartition, resizeShape, type ResizeSize } from './lib/resize-shape.ts';

export interface ResizeBilinearAttributes extends ResizeSize {
  readonly coordinates: ResizeCoordinates;
  /** The codes were uint8 before they were lowered to int8: halves round upwards instead of away from zero. */
  readonly unsigned?: boolean;
}

const int8: Kernel<ResizeBilinearAttributes> = {
  name: 'resize-bilinear-int8',
  accepts: (context) => everyDType(context, 'int8'),
  dispatch(context) {
    const [input, output] = [operandType('resize-bilinear', context, 0), context.outputs[0]];
    requireSameEncoding('resize-bilinear', context.name, input, output);
    const dispatch = blendDispatch(context, resizeBilinearInt8, codeBlends, (weight) => weight);
    const ROUNDS_UP = context.attributes.unsigned === true ? 1 : 0;
    return { ...dispatch, constants: { ...dispatch.constants, ROUNDS_UP } };
  },
};

const float: Kernel<ResizeBilinearAttributes> = {
  name: 'resize-bilinear-float',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch: (context) =>
    blendDispatch(
      context,
      resizeBilinearFloat,
      floatBlends,
      (weight) => new Uint32Array(Float32Array.of(weight).buffer)[0],
    ),
};

/** @param encode a weight as the shader reads it from a word */
function blendDispatch(
  context: KernelContext<ResizeBilinearAttributes>,
  shader: string,
  blends: typeof floatBlends,
  encode: (weight: number) => number,
): Dispatch {
  const input = operandType('resize-bilinear', context, 0);
  const [output] = context.outputs;
  const launch = linearDispatch(quadCount(output.shape));
  const [rows, columns] = axisBlends(context, blends);
  const [, inHeight, inWidth] = input.shape;
  const all = [...rows, ...columns];
  return {
    shader,
    constants: {
      ...launch.constants,
      X_QUADS: quadCount(input.shape),
      Y_QUADS: quadCount(output.shape),
      ROW_QUADS: quadsPerRow(output.shape),
      IN_HEIGHT: inHeight,
      IN_WIDTH: inWidth,
      HEIGHT: rows.length,
      WIDTH: columns.length,
      BLENDS: all.length,
    },
    bindings: [
      { input: 0 },
      {
        constant: 'blends',
        sizeBytes: 16 * all.length,
        data: () => Uint32Array.from(all.flatMap(({ first, second, weight }) => [first, second, encode(weight), 0])),
      },
      { output: 0 },
    ],
    workgroups: launch.workgroups,
    cost: streamingCost(context, 7 * elementCount(output.shape)),
  };
}

/**
 * An image of another size, each pixel blended from the four around its place in the input.
 * On 8-bit codes the shares are 1024ths and halves round away from zero (uint8: upwards), as in TFLite, in every rounding
 * mode; input and output have one quantization.
 * Input [N, H, W, C]; output [N, height, width, C].
 * @see TFLite RESIZE_BILINEAR, ONNX Resize with mode linear
 */
export const resizeBilinear: OpDefinition<ResizeBilinearAttributes> = defineOp({
  name: 'resize-bilinear',
  quantization: { output: 'input' },
  inferShape: (context) => [resizeShape('resize-bilinear', context)],
  reference(context, inputs) {
    const x = operand('resize-bilinear', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const isCodes = computesOnCodes('resize-bilinear', context);
    if (isCodes) requireSameEncoding('resize-bilinear', context.name, x, y);
    const [rows, columns] = axisBlends(context, isCodes ? codeBlends : floatBlends);
    const one = isCodes ? blendOne : 1;
    const roundsUp = context.attributes.unsigned === true || y.dtype === 'uint8';
    const finish = isCodes ? (sum: number) => roundShare(sum / blendOne ** 2, roundsUp) : (sum: number) => sum;
    const [batch, inHeight, inWidth, channels] = x.shape;
    let i = 0;
    for (let n = 0; n < batch; n++) {
      for (const row of rows) {
        for (const column of columns) {
          for (let c = 0; c < channels; c++) {
            const at = (r: number, w: number): number => x.data[((n * inHeight + r) * inWidth + w) * channels + c];
            const along = (r: number): number =>
              at(r, column.first) * (one - column.weight) + at(r, column.second) * column.weight;
            y.data[i++] = finish(along(row.first) * (one - row.weight) + along(row.second) * row.weight);
          }
        }
      }
    }
    return [y];
  },
  kernels: [int8, float],
  partition: resizePartition(),
  lowerUnsigned: (attributes) => ({ ...attributes, unsigned: true }),
});

function roundShare(value: number, roundsUp: boolean): number {
  return roundsUp || value > 0 ? Math.floor(value + 0.5) : Math.ceil(value - 0.5);
}

function axisBlends(
  context: OpContext<ResizeBilinearAttributes>,
  blends: typeof floatBlends,
): readonly [readonly Blend[], readonly Blend[]] {
  const { coordinates } = context.attributes;
  const [, inHeight, inWidth] = operandType('resize-bilinear', context, 0).shape;
  const [, height, width] = context.outputs[0].shape;
  return [blends(inHeight, height, coordinates), blends(inWidth, width, coordinates)];
}
