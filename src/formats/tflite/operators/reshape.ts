import { FormatError, ShapeError } from '../../../errors.ts';
import { elementCount, formatShape, normalizeAxis, type Shape } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema, type OptionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const reshapeSchema = optionsSchema(17, 'ReshapeOptions', { new_shape: 0 });
export const squeezeSchema: OptionsSchema<'squeeze_dims'> = optionsSchema(30, 'SqueezeOptions', { squeeze_dims: 0 });

/** RESHAPE, SQUEEZE and EXPAND_DIMS: the same elements under other axes. */
export const reshape: OperatorFamily = {
  types: ['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS'],
  takesInt32: true,
  inputCount: [1, 2],
  parameters: [1],
  read(operator) {
    const { type, inputs } = operator;
    const where = `tflite: ${operator.where}`;
    requireSameType(operator, inputs.slice(0, 1));
    const targetOf = ((): ((shape: Shape) => Shape) => {
      if (type === 'SQUEEZE') {
        const axes = operator.options(squeezeSchema).int32s('squeeze_dims') ?? [];
        return (shape) => squeezed(shape, axes, where);
      }
      if (type === 'EXPAND_DIMS') {
        const axes = operator.integers(1);
        if (axes.length !== 1) {
          throw new FormatError(`${where}: there are ${axes.length} axes to insert, expected one.`);
        }
        return (shape) => expanded(shape, axes[0], where);
      }
      const target =
        inputs[1] === undefined ? (operator.options(reshapeSchema).int32s('new_shape') ?? []) : operator.integers(1);
      return (shape) => reshaped(shape, target, where);
    })();
    return ([x]) => ({ op: 'reshape', attributes: { shape: targetOf(x!.shape) } });
  },
};

/** @param target sizes; one −1 takes what remains, and a lone 0 is how old files write a scalar */
function reshaped(shape: Shape, target: readonly number[], where: string): Shape {
  const sizes = target.length === 1 && target[0] === 0 ? [] : target;
  const known = sizes.filter((size) => size !== -1);
  const count = elementCount(shape);
  const knownCount = elementCount(known);
  if (known.some((size) => size < 1) || sizes.length - known.length > 1) {
    throw new FormatError(`${where}: ${formatShape(sizes)} is not a shape. Sizes are positive, and one may be -1.`);
  }
  if (known.length === sizes.length ? knownCount !== count : count % knownCount !== 0) {
    throw new ShapeError(`${where}: ${formatShape(shape)} with ${count} elements cannot become ${formatShape(sizes)}.`);
  }
  return sizes.map((size) => (size === -1 ? count / knownCount : size));
}

/** @param axes the axes of size 1 to remove; all of them when empty */
function squeezed(shape: Shape, axes: readonly number[], where: string): Shape {
  if (axes.length === 0) return shape.filter((size) => size !== 1);
  const removed = new Set(axes.map((axis) => normalizeAxis(axis, shape.length, where)));
  const wrong = [...removed].find((axis) => shape[axis] !== 1);
  if (wrong !== undefined) {
    throw new ShapeError(`${where}: axis ${wrong} of ${formatShape(shape)} has ${shape[wrong]} elements, not 1.`);
  }
  return shape.filter((_, axis) => !removed.has(axis));
}

function expanded(shape: Shape, axis: number, where: string): Shape {
  return shape.toSpliced(normalizeAxis(axis, shape.length + 1, where), 0, 1);
}
