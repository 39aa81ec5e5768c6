import { sameShape } from '../../tensor/shape.ts';
import { windowSchemas } from './convolution-window.ts';
import type { FileModel, FileOperator, FileTensor } from './model.ts';
import { squeezeSchema } from './operators/reshape.ts';
import { integerConstant } from './constants.ts';

/** How a convolution of the images of a batch, each every so many pixels of one, slides over that one. */
export interface Dilation {
  /** Along height and width. */
  readonly block: readonly [number, number];
  /** Top, left, bottom, right; besides the convolution's own. */
  readonly padding: readonly [number, number, number, number];
}

/**
 * A dilated convolution may stand in a file as SPACE_TO_BATCH_ND, a convolution, and BATCH_TO_SPACE_ND, with EXPAND_DIMS and
 * SQUEEZE around it where it has one dimension: here it is one operator again.
 */
export function mergeDilated(model: FileModel): FileModel {
  const { operators, outputs } = model;
  const readers = new Map<FileTensor, FileOperator[]>();
  for (const operator of operators) {
    for (const tensor of operator.inputs) {
      if (tensor === undefined) continue;
      const known = readers.get(tensor);
      if (known === undefined) readers.set(tensor, [operator]);
      else known.push(operator);
    }
  }
  const kept = new Set(outputs);
  /** What alone reads the only output, first of all its inputs. */
  const next = ({ outputs: made }: FileOperator): FileOperator | undefined => {
    const reading = readers.get(made[0]) ?? [];
    const [reader] = reading;
    const isOnly = made.length === 1 && reading.length === 1 && !kept.has(made[0]);
    return isOnly && reader.inputs[0] === made[0] && reader.outputs.length === 1 ? reader : undefined;
  };
  const changed = new Map<FileOperator, readonly FileOperator[]>();
  for (const operator of operators) {
    const merged = operator.type === 'SPACE_TO_BATCH_ND' ? merge(operator, next) : undefined;
    for (const [before, after] of merged ?? []) changed.set(before, after);
  }
  if (changed.size === 0) return model;
  return { ...model, operators: operators.flatMap((operator) => changed.get(operator) ?? [operator]) };
}

type Changes = readonly (readonly [FileOperator, readonly FileOperator[]])[];

/** What becomes of each operator from one to the other end. */
function merge(first: FileOperator, next: (operator: FileOperator) => FileOperator | undefined): Changes | undefined {
  const [expand, convolution] = withOptional('EXPAND_DIMS', next(first), next);
  if (convolution === undefined || !takesSteps(convolution)) return undefined;
  const [squeeze, last] = withOptional('SQUEEZE', next(convolution), next);
  if (last?.type !== 'BATCH_TO_SPACE_ND' || (expand === undefined) !== (squeeze === undefined)) return undefined;
  const dilation = dilationOf(first, expand && squeeze && axisBetween(expand, squeeze), last);
  const [image] = first.inputs;
  const [result] = last.outputs;
  if (dilation === undefined || image === undefined) return undefined;
  const dilated = { ...convolution, dilation };
  if (expand === undefined || squeeze === undefined) {
    return [
      [first, []],
      [convolution, [{ ...dilated, inputs: [image, ...convolution.inputs.slice(1)], outputs: [result] }]],
      [last, []],
    ];
  }
  return [
    [first, []],
    [expand, [{ ...expand, inputs: [image, ...expand.inputs.slice(1)], outputs: expand.outputs.map(withoutSizes) }]],
    [convolution, [{ ...dilated, outputs: convolution.outputs.map(withoutSizes) }]],
    [squeeze, [{ ...squeeze, outputs: [result] }]],
    [last, []],
  ];
}

function withOptional(
  type: string,
  operator: FileOperator | undefined,
  next: (operator: FileOperator) => FileOperator | undefined,
): readonly [FileOperator | undefined, FileOperator | undefined] {
  return operator?.type === type ? [operator, next(operator)] : [undefined, operator];
}

/** Of another size than the file says, which counted images of a batch. */
function withoutSizes(tensor: FileTensor): FileTensor {
  return { ...tensor, dynamicAxes: [...tensor.shape.keys()] };
}

/** Whether the operator is a convolution that takes one pixel after the other. */
function takesSteps({ type, table }: FileOperator): boolean {
  const schema = Object.hasOwn(windowSchemas, type) ? windowSchemas[type] : undefined;
  if (schema === undefined) return false;
  const options =
    table.uint8('builtin_options_type') === schema.unionType ? table.table('builtin_options', schema) : undefined;
  if (options === undefined) return false;
  const steps = [
    options.int32('stride_w'),
    options.int32('stride_h'),
    options.int32('dilation_w_factor', 1),
    options.int32('dilation_h_factor', 1),
  ];
  return steps.every((step) => step === 1);
}

/** @returns undefined where the two ends are not of one image, or take more away than they add */
function dilationOf(
  { inputs: [image, block, paddings], outputs: [batch] }: FileOperator,
  newAxis: number | undefined,
  { inputs: [images, sameBlock, crops], outputs: [result] }: FileOperator,
): Dilation | undefined {
  const [sizes, sizesAfter, added, removed] = [block, sameBlock, paddings, crops].map((tensor) =>
    tensor === undefined ? undefined : integerConstant(tensor, undefined),
  );
  if (!image || !images || !sizes || !sizesAfter || !added || !removed || !sameShape(sizes, sizesAfter))
    return undefined;
  const sides = added.map((size, index) => size - removed[index]);
  const isImage = added.length === 2 * sizes.length && removed.length === added.length;
  if (!isImage || sides.some((size) => size < 0) || !isSameCode(image, batch) || !isSameCode(images, result)) {
    return undefined;
  }
  const spatial = spatialAxes(image, newAxis, sizes.length);
  if (spatial === undefined) return undefined;
  const alongAxis = <T>(values: readonly T[], other: T): readonly [T, T] => {
    const of = (axis: number): T => (spatial.includes(axis) ? values[spatial.indexOf(axis)] : other);
    return [of(0), of(1)];
  };
  const [before, after] = [0, 1].map((end) =>
    alongAxis(
      sides.filter((_, index) => index % 2 === end),
      0,
    ),
  );
  return { block: alongAxis(sizes, 1), padding: [...before, ...after] as unknown as Dilation['padding'] };
}

/** Which of height and width the blocks lie along, if the operators know of no other axes. */
function spatialAxes(
  { shape }: FileTensor,
  newAxis: number | undefined,
  blocks: number,
): readonly number[] | undefined {
  if (newAxis === undefined) return shape.length === 4 && blocks <= 2 ? [0, 1].slice(0, blocks) : undefined;
  if (shape.length !== 3 || blocks !== 1) return undefined;
  // A new height makes the only axis the width.
  return newAxis === 1 ? [1] : newAxis === 2 ? [0] : undefined;
}

/** The axis that is there between the two only; −1 where they do not go together. */
function axisBetween({ inputs: [, inserted] }: FileOperator, { table }: FileOperator): number {
  const counted = (axis: number): number => (axis < 0 ? axis + 4 : axis);
  const [added, ...more] = (inserted && integerConstant(inserted, undefined)) ?? [];
  const removed = table.table('builtin_options', squeezeSchema)?.int32s('squeeze_dims') ?? [];
  const isSame = more.length === 0 && removed.length === 1 && counted(removed[0]) === counted(added);
  return isSame && table.uint8('builtin_options_type') === squeezeSchema.unionType ? counted(added) : -1;
}

function isSameCode(a: FileTensor, b: FileTensor): boolean {
  return a.type === b.type && sameShape(a.scales, b.scales) && sameShape(a.zeroPoints, b.zeroPoints);
}
