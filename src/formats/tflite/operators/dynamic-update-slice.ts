import { ShapeError } from '../../../errors.ts';
import { formatShape } from '../../../tensor/shape.ts';
import { type Constant, type OperatorFamily, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** DYNAMIC_UPDATE_SLICE: a part of a value is replaced, at a place that is known when the model is imported. */
export const dynamicUpdateSlice: OperatorFamily = {
  types: ['DYNAMIC_UPDATE_SLICE'],
  takesInt32: true,
  inputCount: [3, 3],
  parameters: [2],
  read(operator) {
    requireSameType(operator, operator.inputs.slice(0, 2));
    const wanted = operator.integers(2);
    return ([whole, part]) => {
      const [{ shape }, size] = [whole!, part!.shape];
      if (size.length !== shape.length || wanted.length !== shape.length || size.some((n, axis) => n > shape[axis])) {
        throw new ShapeError(
          `tflite: ${operator.where}: a part ${formatShape(size)} at ${formatShape(wanted)} of ${formatShape(shape)}.`,
        );
      }
      // What would reach beyond an end lies against it.
      const start = wanted.map((at, axis) => Math.min(Math.max(at, 0), shape[axis] - size[axis]));
      const partial = shape.flatMap((length, axis) => (size[axis] === length ? [] : [axis]));
      if (partial.length === 0)
        return { steps: [{ op: 'reshape', attributes: { shape }, operands: [{ input: 1 }] }], outputs: [0] };
      if (partial.length > 1) {
        const isPart: Constant = {
          constant: { dtype: 'int32', shape },
          fill(data) {
            for (let index = 0; index < data.length; index++) {
              let rest = index;
              let isInside = true;
              for (let axis = shape.length - 1; axis >= 0; axis--) {
                const at = (rest % shape[axis]) - start[axis];
                rest = Math.floor(rest / shape[axis]);
                isInside &&= at >= 0 && at < size[axis];
              }
              data[index] = isInside ? 1 : 0;
            }
          },
        };
        const padding = start.map((at, axis) => [at, shape[axis] - at - size[axis]] as const);
        return {
          steps: [
            { op: 'pad', attributes: { padding, value: 0 }, operands: [{ input: 1 }] },
            { op: 'select', attributes: {}, operands: [isPart, { step: 0 }, { input: 0 }] },
          ],
          outputs: [1],
        };
      }
      const [axis] = partial;
      const steps: Step[] = [];
      const cut = (from: number, to: number) => {
        if (from === to) return [];
        const begin = shape.map((_, other) => (other === axis ? from : 0));
        const strides = shape.map(() => 1);
        const attributes = { begin, size: shape.with(axis, to - from), strides };
        steps.push({ op: 'slice', attributes, operands: [{ input: 0 }] });
        return [{ step: steps.length - 1 }];
      };
      const before = cut(0, start[axis]);
      const after = cut(start[axis] + size[axis], shape[axis]);
      const operands = [...before, { input: 1 }, ...after];
      steps.push({ op: 'concat', attributes: { axis, activation: 'none' }, operands });
      return { steps, outputs: [steps.length - 1] };
    };
  },
};
