import { ShapeError } from '../errors.ts';
import { elementCount, formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import { createTensor } from '../tensor/tensor.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { leastCommonMultiple } from './lib/least-common-multiple.ts';
import { moving } from './lib/moving.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import { reorderReshape } from './lib/reorder.ts';
import type { Strided } from './lib/strided.ts';

export interface ReshapeAttributes {
  /** The new shape; one size may be −1, which stands for what is left. */
  readonly shape: Shape;
}

function elements(context: OpContext<ReshapeAttributes>): Strided {
  const input = operandType('reshape', context, 0);
  requireSameEncoding('reshape', context.name, input, context.outputs[0]);
  return { offset: 0, sizes: [elementCount(input.shape)], strides: [1] };
}

/**
 * The same elements, in the same row-major order, under another shape. No work on the device where rows of both shapes
 * are padded alike.
 * Input of any shape and dtype; the output has as many elements.
 */
export const reshape: OpDefinition<ReshapeAttributes> = defineOp({
  name: 'reshape',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = context.attributes;
    return [resolveShape(context.name, operandType('reshape', context, 0).shape, shape)];
  },
  reference(context, inputs) {
    const x = operand('reshape', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('reshape', context.name, operandType('reshape', context, 0), type);
    return [createTensor(type, x.data.slice())];
  },
  ...moving('reshape', elements),
  reorder: (context, order) =>
    reorderReshape(operandType('reshape', context, 0).shape, context.outputs[0].shape, order),
  partition: {
    /** Where what an index of the output's axis holds is made of whole indices of the input's outermost axis. */
    unit(context, axis) {
      const { output, input } = outermost(context);
      if (axis !== output.axis) return undefined;
      return leastCommonMultiple(output.elements, input.elements) / output.elements;
    },
    part(context, { axis, start, end }) {
      const { output, input } = outermost(context);
      const { shape } = context.outputs[0];
      const at = (index: number): number => (index * output.elements) / input.elements;
      return {
        attributes: { shape: shape.map((size, other) => (other === axis ? end - start : size)) },
        inputs: [{ input: 0, ranges: [{ axis: input.axis, start: at(start), end: at(end) }] }],
      };
    },
  },
  absorbProducer: (self, producer) =>
    producer.op === 'reshape'
      ? { attributes: self.attributes as ReshapeAttributes, inputs: producer.inputs }
      : undefined,
  /**
   * The first axis of the new shape grows or shrinks with that of the input: rows are in order, so what a shape holds
   * for one index of the batch stays together, whether the axis is the batch itself or holds a multiple of it.
   */
  adaptAttributes(before, inputs) {
    const { shape } = before.attributes;
    const old = operandType('reshape', before, 0).shape;
    const changed = operandType('reshape', { name: before.name, inputs }, 0).shape;
    const isBatch = old.length > 0 && shape.length > 0 && sameShape(old.slice(1), changed.slice(1));
    if (!isBatch || shape[0] === -1) return before.attributes;
    const first = (shape[0] * changed[0]) / old[0];
    return Number.isInteger(first) ? { shape: [first, ...shape.slice(1)] } : before.attributes;
  },
});

/** @throws ShapeError when a size is neither positive nor the one −1, or the element counts differ */
function resolveShape(name: string, input: Shape, shape: Shape): Shape {
  const count = elementCount(input);
  const unknown = shape.filter((size) => size === -1).length;
  const known = elementCount(shape.filter((size) => size !== -1));
  const isValid = shape.every((size) => size === -1 || (Number.isInteger(size) && size > 0));
  const fits = unknown === 0 ? known === count : count % known === 0;
  if (!isValid || unknown > 1 || !fits) {
    throw new ShapeError(
      `reshape "${name}": ${formatShape(input)} with ${count} elements does not become ${formatShape(shape)}. Use positive sizes with the same product, at most one of them −1.`,
    );
  }
  return shape.map((size) => (size === -1 ? count / known : size));
}

/** The outermost axis that is not 1, along which elements follow each other, and how many each of its indices holds. */
function outermost(context: OpContext<ReshapeAttributes>) {
  const of = (shape: Shape): { readonly axis: number; readonly elements: number } => {
    const axis = shape.findIndex((size) => size > 1);
    return { axis, elements: elementCount(shape.slice(axis + 1)) };
  };
  return { input: of(operandType('reshape', context, 0).shape), output: of(context.outputs[0].shape) };
}
