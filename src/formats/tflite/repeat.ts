import { ShapeError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { OpUse } from '../op-use.ts';
import { reshapeTo } from './operator.ts';

/** A tensor in a shape that it broadcasts to. @throws ShapeError when it does not */
export function broadcastTo(shape: Shape, target: Shape, where: string): readonly OpUse[] {
  const aligned = [...Array.from({ length: target.length - shape.length }, () => 1), ...shape];
  const repeats = target.map((size, axis) => (aligned[axis] === 1 ? size : 1));
  if (aligned.length !== target.length || aligned.some((size, axis) => size * repeats[axis] !== target[axis])) {
    throw new ShapeError(`${where}: ${formatShape(shape)} does not broadcast to ${formatShape(target)}.`);
  }
  return [reshapeTo(aligned), { op: 'tile', attributes: { repeats } }];
}
