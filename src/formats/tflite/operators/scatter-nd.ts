import { FormatError } from '../../../errors.ts';
import { denseStrides } from '../../../ops/lib/axes.ts';
import { elementCount, formatShape, rowLength, type Shape } from '../../../tensor/shape.ts';
import { emptyTensor, type Tensor } from '../../../tensor/tensor.ts';
import { type OperatorFamily, reshapeTo } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

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
    requireSameType(operator, [operator.input(1)]);
    const indices = operator.constant(0);
    const shape = operator.integers(2);
    const named = rowLength(indices.shape);
    const [places, inner] = [shape.slice(0, named), shape.slice(named)];
    if (shape.some((size) => size < 1) || places.length < named || elementCount(places) > MAXIMUM_PLACES) {
      throw new FormatError(
        `${where}: ${named} indices each do not name places of ${formatShape(shape)}, at most ${MAXIMUM_PLACES} of them.`,
      );
    }
    const count = elementCount(indices.shape.slice(0, -1));
    const sources = findSources(indices, places, where);
    if (sources === undefined) throw operator.unsupported('several parts at one place');
    return ([, updates]) => {
      if (elementCount(updates!.shape) !== count * elementCount(inner)) {
        throw new FormatError(
          `${where}: ${formatShape(updates!.shape)} are not ${count} parts of ${formatShape(inner)}.`,
        );
      }
      const zeros = emptyTensor({ ...updates!, shape: [1, ...inner] });
      zeros.data.fill(updates!.quantization?.zeroPoints[0] ?? 0);
      return {
        steps: [
          { ...reshapeTo([count, ...inner]), operands: [{ input: 1 }] },
          { op: 'concat', attributes: { axis: 0, activation: 'none' }, operands: [{ step: 0 }, { constant: zeros }] },
          { op: 'gather', attributes: { axis: 0 }, operands: [{ step: 1 }, { constant: sources }] },
          { ...reshapeTo(shape), operands: [{ step: 2 }] },
        ],
        outputs: [3],
      };
    };
  },
};

/** For every place the number of the part that is put there, or the number after the last; undefined for two at one. */
function findSources(indices: Tensor, places: Shape, where: string): Tensor | undefined {
  const count = indices.data.length / places.length;
  const data = new Int32Array(elementCount(places)).fill(count);
  const strides = denseStrides(places);
  for (let part = 0; part < count; part++) {
    const index = [...indices.data.subarray(part * places.length, (part + 1) * places.length)];
    if (index.some((value, axis) => value < 0 || value >= places[axis])) {
      throw new FormatError(`${where}: the index ${formatShape(index)} is outside ${formatShape(places)}.`);
    }
    const place = index.reduce((sum, value, axis) => sum + value * strides[axis], 0);
    if (data[place] !== count) return undefined;
    data[place] = part;
  }
  return { dtype: 'int32', shape: [data.length], data };
}
