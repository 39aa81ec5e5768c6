import { FormatError } from '../../../errors.ts';
import { clamp } from '../../../tensor/quantization.ts';
import { formatShape, type Shape } from '../../../tensor/shape.ts';
import { chain, type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(32, 'StridedSliceOptions', {
  begin_mask: 0,
  end_mask: 1,
  ellipsis_mask: 2,
  new_axis_mask: 3,
  shrink_axis_mask: 4,
});

/** Indices from begin to before end in steps, along each axis, in Python's way of counting; bit masks say what is open. */
export const stridedSlice: OperatorFamily = {
  types: ['STRIDED_SLICE'],
  takesInt32: true,
  inputCount: [4, 4],
  parameters: [1, 2, 3],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const options = operator.options(schema);
    const has = (mask: number, axis: number): boolean => ((mask >> axis) & 1) === 1;
    const [beginMask, endMask, shrinkMask] = [
      options.int32('begin_mask'),
      options.int32('end_mask'),
      options.int32('shrink_axis_mask'),
    ];
    if (options.int32('ellipsis_mask') !== 0) throw operator.unsupported('an ellipsis among the axes');
    if (options.int32('new_axis_mask') !== 0) throw operator.unsupported('new axes');
    const [begins, ends, strides] = [1, 2, 3].map((position) => operator.integers(position));
    if (ends.length !== begins.length || strides.length !== begins.length || strides.includes(0)) {
      throw new FormatError(
        `tflite: ${operator.where}: begin [${begins.join(', ')}], end [${ends.join(', ')}] and strides [${strides.join(', ')}] do not go together.`,
      );
    }
    if (strides.some((stride) => stride < 0)) throw operator.unsupported('a negative stride');
    return ([x]) => {
      const { shape } = x!;
      const taken = shape.map((length, axis) => {
        // Axes that are not named are taken whole.
        if (axis >= begins.length) return { begin: 0, size: length, stride: 1 };
        const place = (index: number): number => clamp(index < 0 ? index + length : index, 0, length);
        const begin = has(beginMask, axis) ? 0 : place(begins[axis]);
        if (has(shrinkMask, axis)) return { begin, size: 1, stride: 1 };
        const end = has(endMask, axis) ? length : place(ends[axis]);
        return { begin, size: Math.ceil((end - begin) / strides[axis]), stride: strides[axis] };
      });
      const size = taken.map((axis) => axis.size);
      requireElements(size, `tflite: ${operator.where}`);
      const attributes = { begin: taken.map(({ begin }) => begin), size, strides: taken.map(({ stride }) => stride) };
      const kept = size.filter((_, axis) => !has(shrinkMask, axis));
      if (kept.length === size.length) return { op: 'slice', attributes };
      return chain({ op: 'slice', attributes }, reshapeTo(kept));
    };
  },
};

function requireElements(size: Shape, where: string): void {
  if (size.every((length) => length >= 1)) return;
  throw new FormatError(`${where}: it takes ${formatShape(size)} elements, which is nothing.`);
}
