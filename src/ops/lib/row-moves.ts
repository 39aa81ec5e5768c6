import { isDenseOnDevice } from '../../tensor/quads.ts';
import { rowCount, rowLength, type Shape } from '../../tensor/shape.ts';
import { mergedAxes, type Strided } from './strided.ts';

/** Elements that are taken row by row, each from within one row: channel c of a row is the source's begin + c · stride. */
export interface RowMoves {
  /** Which rows, of `length` elements each, and padded to quads where that is no multiple of four. */
  readonly rows: Strided;
  readonly length: number;
  /** How many elements of a row are taken. */
  readonly taken: number;
  readonly begin: number;
  readonly stride: number;
}

/**
 * Elements of a tensor that become a tensor of another shape, as rows of the device layout. Where rows are not padded
 * any part that stays together counts as one.
 * @returns undefined where a row comes from several
 */
export function rowMoves(view: Strided, from: Shape, to: Shape): RowMoves | undefined {
  const axes = [...mergedAxes(view)];
  let [taken, stride] = [rowLength(to), 1];
  if (taken > 1) {
    const inner = axes.pop()!;
    ({ stride } = inner);
    if (isDenseOnDevice(to)) taken = greatestCommonDivisor(taken, inner.size);
    const isRow = inner.size % taken === 0 && (taken === rowLength(to) || (taken % 4 === 0 && stride === 1));
    if (!isRow) return undefined;
    axes.push({ size: inner.size / taken, stride: stride * taken });
  }
  const outer = axes.filter(({ size }) => size > 1);
  const isContinuous = isDenseOnDevice(from) || rowCount(from) === 1;
  // Without padding between them quads are rows as well as anything else that all steps are multiples of.
  const together = outer.reduce((all, axis) => greatestCommonDivisor(all, axis.stride), 0);
  const length = isContinuous ? together || view.offset + taken : rowLength(from);
  const begin = view.offset % length;
  const last = begin + (taken - 1) * stride;
  const isWithin = last >= 0 && (isContinuous || last < length);
  const isRows = !isContinuous || together % 4 === 0;
  if (!isWithin || !isRows || outer.some((axis) => axis.stride % length !== 0)) return undefined;
  const rows: Strided = {
    offset: (view.offset - begin) / length,
    sizes: outer.map(({ size }) => size),
    strides: outer.map((axis) => axis.stride / length),
  };
  return { rows, length, taken, begin, stride };
}

/** The quad from which on all that is taken follows itself as it does in the output; undefined where it is apart. */
export function quadOffset(view: Strided, from: Shape, to: Shape): number | undefined {
  const moves = rowMoves(view, from, to);
  if (moves === undefined) return undefined;
  const { rows, length, taken, begin, stride } = moves;
  const [axis, ...more] = mergedAxes(rows);
  const rowQuads = Math.ceil(length / 4);
  const isNext = axis.size === 1 || axis.stride * rowQuads === Math.ceil(taken / 4);
  if (more.length > 0 || !isNext || begin % 4 !== 0 || (stride !== 1 && taken > 1)) return undefined;
  return rows.offset * rowQuads + begin / 4;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b);
}
