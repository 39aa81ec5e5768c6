import { FormatError } from '../../../errors.ts';
import { denseStrides } from '../../../ops/lib/axes.ts';
import type { TensorData } from '../../../tensor/dtype.ts';
import { elementCount, formatShape, rowLength, type Shape } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { type Constant, type OperatorFamily, type OperatorReader, reshapeTo, zeroOf } from '../operator.ts';
import { requireIntegers, requireSameType } from '../operator-types.ts';

/** Places that indices name, and those that they do not: a small file may ask for any number. */
const MAXIMUM_PLACES = 2 ** 20;

/** Zeros, but for parts at constant indices. Each place takes the part that is put there, or a part of zeros. */
export const scatterNd: OperatorFamily = {
  types: ['SCATTER_ND'],
  takesInt32: true,
  inputCount: [3, 3],
  parameters: [0, 2],
  read(operator) {
    const where = `tflite: ${operator.where}`;
    requireIntegers(operator, [operator.input(0)]);
    requireSameType(operator, [operator.input(1)]);
    const known = operator.constant(0);
    const shape = operator.integers(2);
    return ([, updates]) => {
      const indices = known();
      const named = rowLength(indices.shape);
      const [places, inner] = [shape.slice(0, named), shape.slice(named)];
      if (shape.some((size) => size < 1) || places.length < named || elementCount(places) > MAXIMUM_PLACES) {
        throw new FormatError(
          `${where}: ${named} indices each do not name places of ${formatShape(shape)}, at most ${MAXIMUM_PLACES} of them.`,
        );
      }
      const count = elementCount(indices.shape.slice(0, -1));
      if (elementCount(updates!.shape) !== count * elementCount(inner)) {
        throw new FormatError(
          `${where}: ${formatShape(updates!.shape)} are not ${count} parts of ${formatShape(inner)}.`,
        );
      }
      const sources: Constant = {
        constant: { dtype: 'int32', shape: [elementCount(places)] },
        fill: (data) => findSources(data, indices, places, operator),
      };
      const zero = zeroOf(
        updates!,
        [1, ...inner].map(() => 1),
      );
      return {
        steps: [
          { ...reshapeTo([count, ...inner]), operands: [{ input: 1 }] },
          { op: 'tile', attributes: { repeats: [1, ...inner] }, operands: [zero] },
          { op: 'concat', attributes: { axis: 0, activation: 'none' }, operands: [{ step: 0 }, { step: 1 }] },
          { op: 'gather', attributes: { axis: 0 }, operands: [{ step: 2 }, sources] },
          { ...reshapeTo(shape), operands: [{ step: 3 }] },
        ],
        outputs: [4],
      };
    };
  },
};

/** For every place the number of the part that is put there, or the number after the last. */
function findSources(data: TensorData, indices: Tensor, places: Shape, operator: OperatorReader): void {
  const count = indices.data.length / places.length;
  const strides = denseStrides(places);
  data.fill(count);
  for (let part = 0; part < count; part++) {
    const index = [...indices.data.subarray(part * places.length, (part + 1) * places.length)];
    if (index.some((value, axis) => value < 0 || value >= places[axis])) {
      throw new FormatError(
        `tflite: ${operator.where}: the index ${formatShape(index)} is outside ${formatShape(places)}.`,
      );
    }
    const place = index.reduce((sum, value, axis) => sum + value * strides[axis], 0);
    if (data[place] !== count) throw operator.unsupported('several parts at one place');
    data[place] = part;
  }
}
