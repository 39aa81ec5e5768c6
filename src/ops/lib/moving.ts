import elementsShader from '../../../shaders/move-elements.wgsl';
import rowsShader from '../../../shaders/move-rows.wgsl';
import { deviceBytes } from '../../tensor/quads.ts';
import { quadCount, rowLength } from '../../tensor/shape.ts';
import type { Dispatch, Kernel, OpContext, OpDefinition } from '../define-op.ts';
import { numbered } from './axes.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { everyDType, operandType, quadsImport } from './operands.ts';
import { quadOffset, rowMoves, type RowMoves } from './row-moves.ts';
import { maximumAxes, mergedAxes, type Strided } from './strided.ts';

/** Axes that `shaders/lib/strided-4.wgsl` and its like walk. */
const axisCounts = [1, 2, 4, maximumAxes] as const;

/**
 * What an op has that only takes elements of its input: kernels, one for rows where rows or parts of them stay together.
 * @param elements which elements; throws where input and output are encoded differently
 */
export function moving<A>(
  op: string,
  elements: (context: OpContext<A>) => Strided,
): Required<Pick<OpDefinition<A>, 'kernels' | 'elements' | 'inputOffsets'>> {
  return {
    kernels: moveKernels(op, elements),
    elements,
    inputOffsets(context) {
      const offset = quadOffset(elements(context), operandType(op, context, 0).shape, context.outputs[0].shape);
      return offset === undefined ? undefined : [0 - offset];
    },
  };
}

function moveKernels<A>(op: string, elements: (context: OpContext<A>) => Strided): readonly Kernel<A>[] {
  const kernel = (name: string, shader: string, placesOf: (context: OpContext<A>) => Places | undefined): Kernel<A> => {
    const constantsOf = (context: OpContext<A>): Constants | undefined => {
      const places = placesOf(context);
      const strided = places && stridedConstants(places.view);
      return strided && { ...strided, constants: { ...places.constants, ...strided.constants } };
    };
    return {
      name,
      accepts: (context) =>
        (['int8', 'float32', 'int32'] as const).some((dtype) => everyDType(context, dtype)) &&
        constantsOf(context) !== undefined,
      dispatch: (context) => launch(context, op, shader, constantsOf(context)!),
    };
  };
  return [
    kernel('move-rows', rowsShader, (context) =>
      rowPlaces(rowMoves(elements(context), operandType(op, context, 0).shape, context.outputs[0].shape)),
    ),
    kernel('move-elements', elementsShader, (context) => ({
      view: elements(context),
      constants: {
        X_CHANNELS: rowLength(operandType(op, context, 0).shape),
        Y_CHANNELS: rowLength(context.outputs[0].shape),
      },
    })),
  ];
}

/** What a shader walks, rows or elements, and its constants. */
interface Places {
  readonly view: Strided;
  readonly constants: Readonly<Record<string, number>>;
}

type Constants = Required<Pick<Dispatch, 'imports'>> & Pick<Places, 'constants'>;

function launch<A>(context: OpContext<A>, op: string, shader: string, { imports, constants }: Constants): Dispatch {
  const { shape } = operandType(op, context, 0);
  const [output] = context.outputs;
  const { workgroups, constants: linear } = linearDispatch(quadCount(output.shape));
  return {
    shader,
    imports: { ...quadsImport(output), ...imports },
    constants: { ...linear, X_QUADS: quadCount(shape), Y_QUADS: quadCount(output.shape), ...constants },
    bindings: [{ input: 0 }, { output: 0 }],
    workgroups,
    cost: { operations: 0, bytes: 2 * deviceBytes(output.dtype, output.shape) },
  };
}

/** @returns undefined when there are too many axes */
function stridedConstants(view: Strided): Constants | undefined {
  const axes = mergedAxes(view);
  const count = axisCounts.find((most) => axes.length <= most);
  if (count === undefined) return undefined;
  const filled = [...Array.from({ length: count - axes.length }, () => ({ size: 1, stride: 0 })), ...axes];
  return {
    imports: { 'strided-4': `strided-${count}` },
    constants: {
      OFFSET: view.offset,
      ...numbered(
        'SIZE',
        filled.map(({ size }) => size),
      ),
      // The shader adds modulo 2³², where a step backwards stands as a large number.
      ...numbered(
        'STRIDE',
        filled.map(({ stride }) => stride >>> 0),
      ),
    },
  };
}

/** Of the kernel that moves rows, or parts of them. */
function rowPlaces(moves: RowMoves | undefined): Places | undefined {
  if (moves === undefined) return undefined;
  const { rows, length, taken, begin, stride } = moves;
  return {
    view: rows,
    constants: {
      X_ROW_QUADS: Math.ceil(length / 4),
      Y_CHANNELS: taken,
      CHANNEL_BEGIN: begin,
      CHANNEL_STRIDE: stride >>> 0,
    },
  };
}
