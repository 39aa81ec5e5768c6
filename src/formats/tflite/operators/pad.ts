import { FormatError } from '../../../errors.ts';
import { bytesPerElement } from '../../../tensor/dtype.ts';
import { dequantizeValue } from '../../../tensor/quantization.ts';
import { elementCount, formatShape } from '../../../tensor/shape.ts';
import type { FileTensor } from '../model.ts';
import { type OperatorFamily, type OperatorReader } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { constantTensor, ConstantCopies, describeTensor, tensorType } from '../tensor.ts';

const MAXIMUM_PADDING = 2 ** 16;

/** PAD with zeros, and PADV2 with a number. */
export const pad: OperatorFamily = {
  types: ['PAD', 'PADV2'],
  inputCount: [2, 3],
  parameters: [1, 2],
  read(operator) {
    requireSameType(operator, operator.inputs.slice(0, 1));
    const flat = operator.integers(1);
    const badPadding = flat.find((size) => !(size >= 0 && size <= MAXIMUM_PADDING));
    if (flat.length % 2 !== 0 || badPadding !== undefined) {
      throw new FormatError(
        `tflite: ${operator.where}: paddings ${flat.join(', ')} are not pairs of numbers from 0 to ${MAXIMUM_PADDING}.`,
      );
    }
    const padding = Array.from({ length: flat.length / 2 }, (_, axis) => [flat[2 * axis], flat[2 * axis + 1]] as const);
    const filler = operator.inputs[2];
    const value = filler === undefined ? 0 : fillValue(operator, filler);
    return () => ({ op: 'pad', attributes: { padding, value } });
  },
};

/** The real number that PADV2 pads with. */
function fillValue(operator: OperatorReader, tensor: FileTensor): number {
  requireSameType(operator, [tensor]);
  if (tensor.data === undefined) {
    throw operator.unsupported(`its value, ${describeTensor(tensor)}, is computed at run time, not constant`);
  }
  const type = tensorType(tensor);
  if (elementCount(type.shape) !== 1) {
    throw new FormatError(
      `tflite: ${operator.where}: its value, ${describeTensor(tensor)}, has the shape ${formatShape(type.shape)}, not one element.`,
    );
  }
  const { data, quantization } = constantTensor(tensor, type, new ConstantCopies(bytesPerElement(type.dtype)));
  return quantization === undefined
    ? data[0]
    : dequantizeValue(data[0], quantization.scales[0], quantization.zeroPoints[0]);
}
