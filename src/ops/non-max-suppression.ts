import shader from '../../shaders/non-max-suppression.wgsl';
import { ShapeError } from '../errors.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, streamingCost } from './lib/operands.ts';

export interface NonMaxSuppressionAttributes {
  /** How many boxes of a class are selected at most. */
  readonly maxPerClass: number;
  /** Boxes of a lower score are not selected. */
  readonly scoreThreshold: number;
  /** Whether a box of exactly that score may be. */
  readonly keepsEqualScore: boolean;
  /** From 0 to 1: of two boxes whose intersection is a larger part of their union, the one of the lower score is dropped. */
  readonly iouThreshold: number;
  /** Whether it is where the part is exactly that. */
  readonly dropsEqualOverlap: boolean;
}

type Node = Pick<OpContext<NonMaxSuppressionAttributes>, 'name' | 'attributes' | 'inputs'>;

/** Of the workgroup that a class has, for few boxes and for many, where the device allows it. */
const fewInvocations = 64;
const manyInvocations = 256;
const manyBoxes = 2 ** 12;
/** An invocation keeps a bit for each of its boxes. */
const mostBoxes = 2 ** 20;
/** Boxes looked at for one class, by one workgroup: a few tenths of a second; devices end what takes seconds. */
const maxSteps = 2 ** 28;
/** In lists that have more than boxes. */
const mostPlaces = 2 ** 16;
const largestFloat = (2 - 2 ** -23) * 2 ** 127;

const kernel: Kernel<NonMaxSuppressionAttributes> = {
  name: 'non-max-suppression',
  accepts(context) {
    const { count, limit } = sizes(context);
    const dtypes = [...context.inputs, ...context.outputs].map((type) => type?.dtype).join();
    const isSmall = count <= mostBoxes && count * Math.min(count, limit) <= maxSteps;
    return isSmall && dtypes === 'float32,float32,int32,float32,int32';
  },
  dispatch(context) {
    const { batch, count, classes, limit } = sizes(context);
    const { attributes } = context;
    const launch = linearDispatch(batch * classes, 1);
    const most = Math.min(manyInvocations, context.capabilities.limits.maxComputeInvocationsPerWorkgroup);
    return {
      shader,
      constants: {
        ...launch.constants,
        WORKGROUP_SIZE: count > manyBoxes ? most : fewInvocations,
        IMAGES: batch,
        CLASSES: classes,
        BOXES: count,
        LIMIT: limit,
        SCORE_THRESHOLD: finiteThreshold(attributes.scoreThreshold),
        KEEPS_EQUAL_SCORE: attributes.keepsEqualScore ? 1 : 0,
        IOU_THRESHOLD: attributes.iouThreshold,
        DROPS_EQUAL_OVERLAP: attributes.dropsEqualOverlap ? 1 : 0,
      },
      bindings: [
        { input: 0 },
        { input: 1 },
        { constant: 'zero', sizeBytes: 4, data: () => new Uint32Array(1) },
        { output: 0 },
        { output: 1 },
        { output: 2 },
      ],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 16 * limit * batch * classes * count),
    };
  },
};

/**
 * Boxes that stand for one thing each: of every class, from the best score down, a box is selected unless one selected
 * before overlaps it too much. Of equal scores the lower index comes first. Two boxes overlap too much where
 * intersection > iouThreshold · union, each operation rounded to float32 by itself, so every device selects the same;
 * a division by the union, as others compute it, may differ where both sides are within a rounding of each other.
 *
 * Inputs: boxes float32 [N, A, 4] as [y1, x1, y2, x2], any two opposite corners; scores float32 [N, C, A].
 * Outputs, for M = maxPerClass: indices of boxes int32 [N, C, M] and their scores float32 [N, C, M], best first and zeros
 * after the last; how many there are, int32 [N, C]. On the device float32 and int32; A is at most 2²⁰ and
 * A · min(A, M) at most 2²⁸.
 * @see TFLite NON_MAX_SUPPRESSION_V4, ONNX NonMaxSuppression
 */
export const nonMaxSuppression: OpDefinition<NonMaxSuppressionAttributes> = defineOp({
  name: 'non-max-suppression',
  isHeavy: true,
  inferShape(context) {
    const where = `non-max-suppression "${context.name}"`;
    const { boxes, scores } = types(context);
    const fits =
      boxes.shape.length === 3 &&
      scores.shape.length === 3 &&
      sameShape(boxes.shape, [scores.shape[0], scores.shape[2], 4]);
    if (!fits) {
      throw new ShapeError(
        `${where}: boxes ${formatShape(boxes.shape)} and scores ${formatShape(scores.shape)} do not fit. Give [N, A, 4] and [N, C, A].`,
      );
    }
    const { maxPerClass, iouThreshold, scoreThreshold } = context.attributes;
    if (!Number.isInteger(maxPerClass) || maxPerClass < 1) {
      throw new ShapeError(`${where}: it selects ${maxPerClass} boxes of a class. Use a whole number from 1.`);
    }
    if (!(iouThreshold >= 0 && iouThreshold <= 1) || Number.isNaN(scoreThreshold)) {
      throw new ShapeError(
        `${where}: thresholds ${iouThreshold} of overlaps and ${scoreThreshold} of scores. An overlap is 0 to 1, a score a number.`,
      );
    }
    const { batch, classes, count, limit } = sizes(context);
    if (limit > count && batch * classes * limit > mostPlaces) {
      throw new ShapeError(`${where}: lists of ${limit} places for ${count} boxes. Select no more than there are.`);
    }
    return [
      [batch, classes, limit],
      [batch, classes, limit],
      [batch, classes],
    ];
  },
  reference(context, inputs) {
    const boxes = operand('non-max-suppression', context, inputs, 0).data;
    const scores = operand('non-max-suppression', context, inputs, 1).data;
    const { batch, count, classes, limit } = sizes(context);
    const { keepsEqualScore, scoreThreshold } = context.attributes;
    const threshold = Math.fround(finiteThreshold(scoreThreshold));
    const [indices, selectedScores, counts] = context.outputs.map((type) => emptyTensor(type));
    for (let list = 0; list < batch * classes; list++) {
      const scoreOf = (box: number): number => scores[list * count + box];
      const candidates = Array.from({ length: count }, (_, box) => box)
        .filter((box) => scoreOf(box) > threshold || (keepsEqualScore && scoreOf(box) === threshold))
        .sort((a, b) => scoreOf(b) - scoreOf(a) || a - b);
      const cornersOf = (box: number): ArrayLike<number> => {
        const start = (Math.floor(list / classes) * count + box) * 4;
        return boxes.subarray(start, start + 4);
      };
      const selected: number[] = [];
      for (const box of candidates) {
        if (selected.length === limit) break;
        if (selected.some((better) => overlap(cornersOf(better), cornersOf(box), context.attributes))) continue;
        indices.data[list * limit + selected.length] = box;
        selectedScores.data[list * limit + selected.length] = scoreOf(box);
        selected.push(box);
      }
      counts.data[list] = selected.length;
    }
    return [indices, selectedScores, counts];
  },
  kernels: [kernel],
});

/** Whether two boxes overlap too much, in the shader's own float32 operations. */
function overlap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { iouThreshold, dropsEqualOverlap }: NonMaxSuppressionAttributes,
): boolean {
  const { fround, max, min } = Math;
  const extent = (box: ArrayLike<number>, axis: number) =>
    [min(box[axis], box[axis + 2]), max(box[axis], box[axis + 2])] as const;
  const area = (box: ArrayLike<number>): number => {
    const [height, width] = [0, 1].map((axis) => {
      const [low, high] = extent(box, axis);
      return fround(high - low);
    });
    return fround(height * width);
  };
  const [height, width] = [0, 1].map((axis) => {
    const [[aLow, aHigh], [bLow, bHigh]] = [extent(a, axis), extent(b, axis)];
    return max(fround(min(aHigh, bHigh) - max(aLow, bLow)), 0);
  });
  const intersection = fround(height * width);
  const union = fround(fround(area(a) + area(b)) - intersection);
  // Nothing of two boxes without an area overlaps.
  const allowed = fround(fround(iouThreshold) * (union > 0 ? union : 1));
  return intersection > allowed || (dropsEqualOverlap && intersection === allowed);
}

/** No score that a float32 holds is below minus infinity, which shaders cannot be given. */
function finiteThreshold(threshold: number): number {
  return Math.min(Math.max(threshold, -largestFloat), largestFloat);
}

function types(context: Node): { readonly boxes: TensorType; readonly scores: TensorType } {
  const [boxes, scores] = [0, 1].map((index) => operandType('non-max-suppression', context, index));
  return { boxes, scores };
}

function sizes(context: Node) {
  const [batch, classes, count] = types(context).scores.shape;
  return { batch, classes, count, limit: context.attributes.maxPerClass };
}
