import shader from '../../shaders/resize-nearest.wgsl';
import { quadCount, quadsPerRow } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, quadsImport, requireSameEncoding, streamingCost } from './lib/operands.ts';
import { nearestIndices, type NearestRounding, type ResizeCoordinates } from './lib/resize-coordinates.ts';
import { resizePartition, resizeShape, type ResizeSize } from './lib/resize-shape.ts';

export interface ResizeNearestAttributes extends ResizeSize {
  readonly coordinates: ResizeCoordinates;
  readonly rounding: NearestRounding;
}

const kernel: Kernel<ResizeNearestAttributes> = {
  name: 'resize-nearest',
  accepts: (context) => (['int8', 'float32', 'int32'] as const).some((dtype) => everyDType(context, dtype)),
  dispatch(context) {
    const input = operandType('resize-nearest', context, 0);
    const [output] = context.outputs;
    requireSameEncoding('resize-nearest', context.name, input, output);
    const launch = linearDispatch(quadCount(output.shape));
    const [rows, columns] = sources(context);
    const [, inHeight, inWidth] = input.shape;
    return {
      shader,
      imports: quadsImport(output),
      constants: {
        ...launch.constants,
        X_QUADS: quadCount(input.shape),
        Y_QUADS: quadCount(output.shape),
        ROW_QUADS: quadsPerRow(output.shape),
        IN_HEIGHT: inHeight,
        IN_WIDTH: inWidth,
        HEIGHT: rows.length,
        WIDTH: columns.length,
        SOURCES: rows.length + columns.length,
      },
      bindings: [
        { input: 0 },
        {
          constant: 'sources',
          sizeBytes: 4 * (rows.length + columns.length),
          data: () => Uint32Array.from([...rows, ...columns]),
        },
        { output: 0 },
      ],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 0),
    };
  },
};

/**
 * An image of another size, each pixel the nearest one of the input.
 * Input [N, H, W, C] of any dtype; output [N, height, width, C].
 * @see TFLite RESIZE_NEAREST_NEIGHBOR, ONNX Resize with mode nearest
 */
export const resizeNearest: OpDefinition<ResizeNearestAttributes> = defineOp({
  name: 'resize-nearest',
  quantization: { output: 'input' },
  inferShape: (context) => [resizeShape('resize-nearest', context)],
  reference(context, inputs) {
    const x = operand('resize-nearest', context, inputs, 0);
    requireSameEncoding('resize-nearest', context.name, operandType('resize-nearest', context, 0), context.outputs[0]);
    const y = emptyTensor(context.outputs[0]);
    const [rows, columns] = sources(context);
    const [batch, inHeight, inWidth, channels] = x.shape;
    let i = 0;
    for (let n = 0; n < batch; n++) {
      for (const row of rows) {
        for (const column of columns) {
          const from = ((n * inHeight + row) * inWidth + column) * channels;
          for (let c = 0; c < channels; c++) y.data[i++] = x.data[from + c];
        }
      }
    }
    return [y];
  },
  kernels: [kernel],
  partition: resizePartition(),
});

function sources(context: OpContext<ResizeNearestAttributes>): readonly [readonly number[], readonly number[]] {
  const { coordinates, rounding } = context.attributes;
  const [, inHeight, inWidth] = operandType('resize-nearest', context, 0).shape;
  const [, height, width] = context.outputs[0].shape;
  return [
    nearestIndices(inHeight, height, coordinates, rounding),
    nearestIndices(inWidth, width, coordinates, rounding),
  ];
}
