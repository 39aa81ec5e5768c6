import shader from '../../../shaders/pad.wgsl';
import { quadCount, rowLength, type Shape } from '../../tensor/shape.ts';
import type { Dispatch, OpContext } from '../define-op.ts';
import { numbered } from './axes.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { everyDType, operandType, quadsImport, streamingCost } from './operands.ts';

/** Elements before and after along each axis. */
export type Padding = readonly (readonly [number, number])[];

interface Padded {
  readonly padding: Padding;
}

/** Whether `shaders/pad.wgsl` can compute the node. `mergesPadded` as for `padDispatch`. */
export function canPad(op: string, context: OpContext<Padded>, mergesPadded: boolean): boolean {
  const isMovable = (['int8', 'float32', 'int32'] as const).some((dtype) => everyDType(context, dtype));
  return isMovable && leadingAxes(op, context, mergesPadded) !== undefined;
}

/**
 * @param mergesPadded whether an axis without padding may count as part of a padded one before it: where all of that axis
 * is filled with one value
 * @param border which file of shaders/lib says what lies outside, and its constants
 */
export function padDispatch(
  op: string,
  context: OpContext<Padded>,
  mergesPadded: boolean,
  border: Pick<Dispatch, 'imports' | 'constants'>,
): Dispatch {
  const { shape } = operandType(op, context, 0);
  const [output] = context.outputs;
  const axes = leadingAxes(op, context, mergesPadded)!;
  const launch = linearDispatch(quadCount(output.shape));
  const values = (key: keyof PaddedAxis): readonly number[] => axes.map((axis) => axis[key] >>> 0);
  return {
    shader,
    imports: { ...quadsImport(output), ...border.imports },
    constants: {
      ...launch.constants,
      X_CHANNELS: rowLength(shape),
      Y_CHANNELS: rowLength(output.shape),
      // The shader subtracts modulo 2³², where what is removed stands as a large number.
      CHANNELS_BEFORE: (context.attributes.padding.at(-1)?.[0] ?? 0) >>> 0,
      ...numbered('X_SIZE', values('input')),
      ...numbered('Y_SIZE', values('output')),
      ...numbered('BEFORE', values('before')),
      ...border.constants,
    },
    bindings: [{ input: 0 }, { output: 0 }],
    workgroups: launch.workgroups,
    cost: streamingCost(context, 0),
  };
}

interface PaddedAxis {
  readonly input: number;
  readonly output: number;
  readonly before: number;
}

/** The axes but the last as exactly four: an axis without padding counts as part of the one before it. */
function leadingAxes(op: string, context: OpContext<Padded>, mergesPadded: boolean): readonly PaddedAxis[] | undefined {
  const input: Shape = operandType(op, context, 0).shape.slice(0, -1);
  const axes: PaddedAxis[] = [];
  input.forEach((size, axis) => {
    const [before, after] = context.attributes.padding[axis];
    const outer = axes.at(-1);
    const canMerge = outer !== undefined && (mergesPadded || (outer.input === outer.output && outer.before === 0));
    if (canMerge && before === 0 && after === 0) {
      axes[axes.length - 1] = { input: outer.input * size, output: outer.output * size, before: outer.before * size };
    } else {
      axes.push({ input: size, output: before + size + after, before });
    }
  });
  if (axes.length > 4) return undefined;
  while (axes.length < 4) axes.unshift({ input: 1, output: 1, before: 0 });
  return axes;
}
