import { elementCount, normalizeAxis } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { chain, type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { requireIntegers, requireSameType } from '../operator-types.ts';

const schema = optionsSchema(23, 'GatherOptions', { axis: 0, batch_dims: 1 });
/** Indices that are looked at for equal steps: many operators may share one list of any length. */
const MAXIMUM_EXAMINED = 2 ** 12;

/** GATHER along an axis, which is a slice where the indices are in equal steps, and GATHER_ND along several. */
export const gather: OperatorFamily = {
  types: ['GATHER', 'GATHER_ND'],
  takesInt32: true,
  inputCount: [2, 2],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    requireIntegers(operator, [operator.input(1)]);
    if (operator.type === 'GATHER_ND') return () => ({ op: 'gather-nd', attributes: {} });
    const options = operator.options(schema);
    const [stored, shared] = [options.int32('axis'), options.int32('batch_dims')];
    const known = operator.knownConstant(1);
    return ([x, indices]) => {
      const { shape } = x!;
      const axis = normalizeAxis(stored, shape.length, `tflite: ${operator.where}`);
      const batchDims = shared < 0 ? shared + indices!.shape.length : shared;
      const count = elementCount(indices!.shape);
      const isFew = known !== undefined && batchDims === 0 && count <= MAXIMUM_EXAMINED;
      const steps = isFew ? equalSteps(known(), shape[axis]) : undefined;
      if (steps === undefined) return { op: 'gather', attributes: { axis, batchDims } };
      const size = shape.with(axis, count);
      const attributes = {
        begin: shape.map((_, other) => (other === axis ? steps.begin : 0)),
        size,
        strides: shape.map((_, other) => (other === axis ? steps.stride : 1)),
      };
      return chain({ op: 'slice', attributes }, reshapeTo(shape.toSpliced(axis, 1, ...indices!.shape)));
    };
  },
};

/** Where indices begin, and how far they are apart, if always as far; undefined when one lies outside. */
function equalSteps({ data }: Tensor, length: number): { readonly begin: number; readonly stride: number } | undefined {
  const [begin] = data;
  const stride = data.length > 1 ? data[1] - begin : 1;
  const isPlace = (index: number): boolean => index >= 0 && index < length;
  const isEqual = stride !== 0 && data.every((index, at) => index === begin + at * stride && isPlace(index));
  return isEqual ? { begin, stride } : undefined;
}
