import { FormatError } from '../../../errors.ts';
import { clamp } from '../../../tensor/quantization.ts';
import { formatShape, sameShape } from '../../../tensor/shape.ts';
import { chain, type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(32, 'StridedSliceOptions', {
  begin_mask: 0,
  end_mask: 1,
  ellipsis_mask: 2,
  new_axis_mask: 3,
  shrink_axis_mask: 4,
  offset: 5,
});

/** Indices from begin to before end in steps, along each axis, in Python's way of counting; bit masks say what is open. */
export const stridedSlice: OperatorFamily = {
  types: ['STRIDED_SLICE'],
  takesInt32: true,
  inputCount: [4, 4],
  parameters: [1, 2, 3],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const where = `tflite: ${operator.where}`;
    const options = operator.options(schema);
    const mask = (field: Exclude<keyof typeof schema.fields, 'offset'>): ((position: number) => boolean) => {
      const bits = options.int32(field);
      return (position) => ((bits >> position) & 1) === 1;
    };
    const [isOpenBegin, isOpenEnd, isShrunk] = [mask('begin_mask'), mask('end_mask'), mask('shrink_axis_mask')];
    const [isEllipsis, isNewAxis] = [mask('ellipsis_mask'), mask('new_axis_mask')];
    const [begins, ends, strides] = [1, 2, 3].map((position) => operator.integers(position));
    if (ends.length !== begins.length || strides.length !== begins.length || strides.includes(0)) {
      throw new FormatError(
        `${where}: begin ${formatShape(begins)}, end ${formatShape(ends)} and strides ${formatShape(strides)} do not go together.`,
      );
    }
    const positions = [...begins.keys()];
    const ellipses = positions.filter(isEllipsis);
    const isRelative = options.boolean('offset');
    const named = positions.filter((position) => !isEllipsis(position) && !isNewAxis(position)).length;
    return ([x]) => {
      const { shape } = x!;
      if (ellipses.length > 1 || named > shape.length) {
        throw new FormatError(
          `${where}: ${named} axes and ${ellipses.length} ellipses do not fit ${formatShape(shape)}.`,
        );
      }
      const taken: { readonly begin: number; readonly size: number; readonly stride: number }[] = [];
      const kept: number[] = [];
      const takeWhole = (count: number): void => {
        for (const size of shape.slice(taken.length, taken.length + count)) {
          taken.push({ begin: 0, size, stride: 1 });
          kept.push(size);
        }
      };
      for (const position of positions) {
        if (isEllipsis(position)) takeWhole(shape.length - named);
        else if (isNewAxis(position)) kept.push(1);
        else {
          const length = shape[taken.length];
          const stride = strides[position];
          // A step down ends before the first index.
          const [lowest, highest] = stride > 0 ? [0, length] : [-1, length - 1];
          const place = (index: number): number => clamp(index < 0 ? index + length : index, lowest, highest);
          const [first, last] = stride > 0 ? [lowest, highest] : [highest, lowest];
          const begin = isOpenBegin(position) ? first : place(begins[position]);
          const end = isOpenEnd(position) ? last : place(ends[position] + (isRelative ? begins[position] : 0));
          if (isShrunk(position)) taken.push({ begin, size: 1, stride: 1 });
          else {
            const size = Math.ceil((end - begin) / stride);
            taken.push({ begin, size, stride });
            kept.push(size);
          }
        }
      }
      // Axes that are not named are taken whole.
      takeWhole(shape.length - taken.length);
      const size = taken.map((axis) => axis.size);
      if (size.some((length) => length < 1)) {
        throw new FormatError(`${where}: it takes ${formatShape(size)} elements, which is nothing.`);
      }
      const attributes = { begin: taken.map(({ begin }) => begin), size, strides: taken.map(({ stride }) => stride) };
      if (sameShape(kept, size)) return { op: 'slice', attributes };
      return chain({ op: 'slice', attributes }, reshapeTo(kept));
    };
  },
};
