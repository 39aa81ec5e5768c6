import { ShapeError } from '../../../errors.ts';
import { formatShape } from '../../../tensor/shape.ts';
import { type Operand, type OperatorFamily, optionsSchema, reshapeTo, type Step } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';
import { explicitPadding, windowStep } from '../windows.ts';

const schema = optionsSchema(106, 'Conv3DOptions', {
  padding: 0,
  stride_d: 1,
  stride_w: 2,
  stride_h: 3,
  fused_activation_function: 4,
  dilation_d_factor: 5,
  dilation_w_factor: 6,
  dilation_h_factor: 7,
});

/**
 * CONV_3D of float32: x [N, D, H, W, C], weights [kD, kH, kW, C, O]. A convolution of images whose channels are those of
 * all frames that a window sees: the frames, each kD of them, are joined along channels.
 */
export const conv3d: OperatorFamily = {
  types: ['CONV_3D'],
  inputCount: [2, 3],
  read(operator) {
    const { where } = operator;
    requireWeightTypes(operator, 4);
    if (operator.output.type !== 'FLOAT32') throw operator.unsupported(`${operator.output.type} activations`);
    const options = operator.options(schema);
    const step = (what: string, of: 'stride' | 'dilation'): readonly [number, number] =>
      of === 'stride'
        ? windowStep(where, what, options.int32('stride_h'), options.int32('stride_w'))
        : windowStep(where, what, options.int32('dilation_h_factor', 1), options.int32('dilation_w_factor', 1));
    const [strides, dilations] = [step('stride', 'stride'), step('dilation', 'dilation')];
    const [stride, dilation] = [options.int32('stride_d'), options.int32('dilation_d_factor', 1)];
    windowStep(where, 'steps along frames', stride, dilation);
    const scheme = options.int8('padding');
    const activation = operator.activation(options.int8('fused_activation_function'));
    return ([x, weights, bias]) => {
      const [shape, kernel] = [x!.shape, weights!.shape];
      if (shape.length !== 5 || kernel.length !== 5 || kernel[3] !== shape[4]) {
        throw new ShapeError(
          `tflite: ${where}: ${formatShape(shape)} and weights ${formatShape(kernel)} are not [N, D, H, W, C] and [kD, kH, kW, C, O].`,
        );
      }
      const [batch, frames, height, width, channels] = shape;
      const [depth, kernelHeight, kernelWidth, , outputs] = kernel;
      const window = [kernelHeight, kernelWidth] as const;
      const padding = explicitPadding(where, scheme, [height, width], window, strides, dilations);
      const [before, , after] = explicitPadding(where, scheme, [frames, 1], [depth, 1], [stride, 1], [dilation, 1]);
      const count = Math.floor((frames + before + after - (depth - 1) * dilation - 1) / stride) + 1;
      if (count < 1)
        throw new ShapeError(`tflite: ${where}: ${frames} frames are fewer than a window of ${depth} sees.`);
      const steps: Step[] = [];
      const add = (added: Step): Operand & { readonly step: number } => {
        steps.push(added);
        return { step: steps.length - 1 };
      };
      const none = [0, 0] as const;
      const pads = [none, [before, after] as const, none, none, none];
      const whole: Operand =
        before + after === 0
          ? { input: 0 }
          : add({ op: 'pad', attributes: { padding: pads, value: 0 }, operands: [{ input: 0 }] });
      const size = [batch, count, height, width, channels];
      const seen = Array.from({ length: depth }, (_, tap) => {
        const begin = [0, tap * dilation, 0, 0, 0];
        return add({ op: 'slice', attributes: { begin, size, strides: [1, stride, 1, 1, 1] }, operands: [whole] });
      });
      const joined =
        depth === 1 ? seen[0] : add({ op: 'concat', attributes: { axis: 4, activation: 'none' }, operands: seen });
      const images = add({ ...reshapeTo([batch * count, height, width, depth * channels]), operands: [joined] });
      const turn = { op: 'transpose', attributes: { permutation: [4, 1, 2, 0, 3] } } as const;
      const turned = add({ ...turn, operands: [{ input: 1 }] });
      const filters = add({ ...reshapeTo([outputs, ...window, depth * channels]), operands: [turned] });
      const attributes = { strides, dilations, padding, activation, groups: 1 };
      const operands = [images, filters, ...(bias === undefined ? [] : [{ input: 2 }])];
      const made = add({ op: 'conv2d', attributes, operands });
      const [rows, columns] = [height, width].map((length, axis) => {
        const reach = (window[axis] - 1) * dilations[axis] + 1;
        return Math.floor((length + padding[axis] + padding[axis + 2] - reach) / strides[axis]) + 1;
      });
      const result = add({ ...reshapeTo([batch, count, rows, columns, outputs]), operands: [made] });
      return { steps, outputs: [result] };
    };
  },
};
