import shader from '../../shaders/merge-detections.wgsl';
import { ShapeError } from '../errors.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, streamingCost } from './lib/operands.ts';

export interface MergeDetectionsAttributes {
  /** How many boxes of an image are taken at most. */
  readonly maxDetections: number;
  /** With one list for all classes, how many classes are named for each box; 1 with a list for each. */
  readonly classesPerDetection: number;
}

/** Detections of an image that there is room for. */
const mostDetections = 2 ** 16;

const kernel: Kernel<MergeDetectionsAttributes> = {
  name: 'merge-detections',
  accepts: (context) =>
    [...context.inputs, ...context.outputs].map((type) => type?.dtype).join() ===
    'float32,float32,int32,int32,float32,float32,float32,float32',
  dispatch(context) {
    const { batch, count, classes, lists, length } = sizes(context);
    const { maxDetections, classesPerDetection } = context.attributes;
    const entries = Math.max(lists * length, maxDetections);
    const launch = linearDispatch(batch * entries);
    return {
      shader,
      constants: {
        ...launch.constants,
        IMAGES: batch,
        BOXES: count,
        CLASSES: classes,
        LISTS: lists,
        LENGTH: length,
        ENTRIES: entries,
        LIMIT: maxDetections,
        CLASSES_PER_DETECTION: classesPerDetection,
      },
      bindings: [...[0, 1, 2, 3].map((input) => ({ input })), ...[0, 1, 2, 3].map((output) => ({ output }))],
      workgroups: launch.workgroups,
      cost: streamingCost(context, batch * lists * length * lists * Math.ceil(Math.log2(length + 1))),
    };
  },
};

/**
 * What non-max suppression selected as one list of detections for each image, best first.
 *
 * With a list for each class, the best of all lists, of equal ones that of the lower class, then that of the higher place
 * in its list. With one list for all classes, its boxes in their order, each once for every one of its best classes, of
 * equal ones the lower.
 *
 * Inputs: boxes float32 [N, A, 4]; scores of the classes float32 [N, A, C]; lists of boxes int32 [N, L, M], sorted by
 * falling scores, and their lengths int32 [N, L], as non-max suppression gives them, where L is 1 or C.
 * Outputs, for D = maxDetections · classesPerDetection: boxes float32 [N, D, 4], their classes float32 [N, D], counted
 * from 0, and scores float32 [N, D], all zeros after the last; how many boxes were taken, float32 [N].
 * @see TFLite_Detection_PostProcess
 */
export const mergeDetections: OpDefinition<MergeDetectionsAttributes> = defineOp({
  name: 'merge-detections',
  isHeavy: true,
  inferShape(context) {
    const where = `merge-detections "${context.name}"`;
    const [boxes, scores, indices, counts] = shapes(context);
    const [batch, count, classes] = scores;
    const fits =
      scores.length === 3 &&
      indices.length === 3 &&
      sameShape(boxes, [batch, count, 4]) &&
      sameShape(counts, [batch, indices[1]]) &&
      indices[0] === batch &&
      (indices[1] === 1 || indices[1] === classes);
    if (!fits) {
      throw new ShapeError(
        `${where}: ${[boxes, scores, indices, counts].map(formatShape).join(', ')} do not fit. Give boxes [N, A, 4], scores [N, A, C], indices [N, 1 or C, M] and counts [N, 1 or C].`,
      );
    }
    const { maxDetections, classesPerDetection } = context.attributes;
    const detections = maxDetections * classesPerDetection;
    const areCounts = [maxDetections, classesPerDetection].every((size) => Number.isInteger(size) && size >= 1);
    if (!areCounts || detections > mostDetections || (indices[1] > 1 && classesPerDetection > 1)) {
      throw new ShapeError(
        `${where}: ${maxDetections} detections of ${classesPerDetection} classes each. Use at most ${mostDetections}, and one class with a list for each.`,
      );
    }
    return [[batch, detections, 4], [batch, detections], [batch, detections], [batch]];
  },
  reference(context, inputs) {
    const [boxes, scores, indices, counts] = [0, 1, 2, 3].map(
      (index) => operand('merge-detections', context, inputs, index).data,
    );
    const { batch, count, classes, lists, length } = sizes(context);
    const { maxDetections, classesPerDetection } = context.attributes;
    const outputs = context.outputs.map((type) => emptyTensor(type));
    const [outputBoxes, outputClasses, outputScores, outputCounts] = outputs.map(({ data }) => data);
    for (let image = 0; image < batch; image++) {
      const scoreOf = (box: number, ofClass: number): number => scores[(image * count + box) * classes + ofClass];
      const detections = Array.from({ length: lists }, (_, list) =>
        Array.from({ length: counts[image * lists + list] }, (__, place) => ({
          box: indices[(image * lists + list) * length + place],
          list,
        })),
      ).flat();
      // Sorting keeps the order of equals.
      if (lists > 1) detections.sort((a, b) => scoreOf(b.box, b.list) - scoreOf(a.box, a.list));
      const taken = detections.slice(0, maxDetections);
      outputCounts[image] = taken.length;
      for (const [place, { box, list }] of taken.entries()) {
        const ranked = Array.from({ length: classes }, (_, ofClass) => ofClass).sort(
          (a, b) => scoreOf(box, b) - scoreOf(box, a),
        );
        const named = lists > 1 ? [list] : ranked.slice(0, classesPerDetection);
        for (const [index, ofClass] of named.entries()) {
          const at = (image * maxDetections + place) * classesPerDetection + index;
          const corners = (image * count + box) * 4;
          outputBoxes.set(boxes.subarray(corners, corners + 4), at * 4);
          outputClasses[at] = ofClass;
          outputScores[at] = scoreOf(box, ofClass);
        }
      }
    }
    return outputs;
  },
  kernels: [kernel],
});

type Node = Pick<OpContext<MergeDetectionsAttributes>, 'name' | 'inputs'>;

function shapes(context: Node): readonly Shape[] {
  return [0, 1, 2, 3].map((index) => operandType('merge-detections', context, index).shape);
}

function sizes(context: Node) {
  const [, [batch, count, classes], [, lists, length]] = shapes(context);
  return { batch, count, classes, lists, length };
}
