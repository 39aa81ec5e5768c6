import { FormatError, ShapeError } from '../../../errors.ts';
import { formatShape } from '../../../tensor/shape.ts';
import type { OperatorFamily, OperatorReader, Result, Step } from '../operator.ts';
import { requireCodes } from '../operator-types.ts';

const DEFAULT_DETECTIONS_PER_CLASS = 100;

/**
 * TFLite_Detection_PostProcess: boxes of encodings and anchors, those that are left of overlapping ones, best first.
 * Either each class by itself (regular), or each box for its best classes (fast). 8-bit codes are made numbers first.
 */
export const detectionPostProcess: OperatorFamily = {
  types: ['CUSTOM TFLite_Detection_PostProcess'],
  inputCount: [3, 3],
  outputCount: [4, 4],
  read(operator) {
    const wrong = operator.outputs.find(({ type }) => type !== 'FLOAT32');
    if (wrong !== undefined) throw operator.unsupported(`an output of type ${wrong.type}`);
    for (const tensor of operator.inputs) if (tensor!.type !== 'FLOAT32') requireCodes(operator, tensor!);
    const { options, scales, isRegular } = readOptions(operator);
    return ([, predictions]) => {
      const { shape } = predictions!;
      const [batch, count, columns] = shape;
      const classes = options.num_classes;
      if (shape.length !== 3 || (columns !== classes && columns !== classes + 1)) {
        throw new ShapeError(
          `tflite: ${operator.where}: scores ${formatShape(shape)} are not of ${classes} classes for each box, nor of one more for the background.`,
        );
      }
      const steps: Step[] = [];
      const add = (step: Step): Result => ({ step: steps.push(step) - 1 });
      const [encodings, allScores, anchors] = operator.inputs.map((tensor, input) => {
        const operand = { input };
        if (tensor!.type === 'FLOAT32') return operand;
        return add({ op: 'dequantize', attributes: {}, operands: [operand], results: [{ dtype: 'float32' }] });
      });
      const boxes = add({
        op: 'decode-boxes',
        attributes: { scales, anchors: 'center-size' },
        operands: [encodings, anchors],
      });
      const scores =
        columns === classes
          ? allScores
          : add({
              op: 'slice',
              attributes: { begin: [0, 0, 1], size: [batch, count, classes], strides: [1, 1, 1] },
              operands: [allScores],
            });
      const candidates = isRegular
        ? add({ op: 'transpose', attributes: { permutation: [0, 2, 1] }, operands: [scores] })
        : add({
            op: 'reshape',
            attributes: { shape: [batch, 1, count] },
            operands: [add({ op: 'reduce-max', attributes: { axes: [2], keepDims: false }, operands: [scores] })],
          });
      const lists = add({
        op: 'non-max-suppression',
        attributes: {
          maxPerClass: Math.min(count, isRegular ? options.detections_per_class : options.max_detections),
          scoreThreshold: options.nms_score_threshold,
          keepsEqualScore: true,
          iouThreshold: options.nms_iou_threshold,
          dropsEqualOverlap: false,
        },
        operands: [boxes, candidates],
        results: [{ dtype: 'int32' }, { dtype: 'float32' }, { dtype: 'int32' }],
      });
      const merged = add({
        op: 'merge-detections',
        attributes: {
          maxDetections: options.max_detections,
          classesPerDetection: options.max_classes_per_detection,
        },
        operands: [boxes, scores, lists, { ...lists, result: 2 }],
      });
      return { steps, outputs: [0, 1, 2, 3].map((result) => ({ ...merged, result })) };
    };
  },
};

const required = [
  'max_detections',
  'max_classes_per_detection',
  'nms_score_threshold',
  'nms_iou_threshold',
  'num_classes',
  'y_scale',
  'x_scale',
  'h_scale',
  'w_scale',
] as const;

type Options = Readonly<Record<(typeof required)[number] | 'detections_per_class', number>>;

function readOptions(operator: OperatorReader) {
  const found = operator.customOptions();
  const missing = required.filter((name) => !found.has(name));
  if (missing.length > 0) throw new FormatError(`tflite: ${operator.where} lacks its options ${missing.join(', ')}.`);
  const options = { detections_per_class: DEFAULT_DETECTIONS_PER_CLASS, ...Object.fromEntries(found) } as Options;
  const isRegular = (found.get('use_regular_nms') ?? 0) !== 0;
  const { y_scale, x_scale, h_scale, w_scale } = options;
  return { options, isRegular, scales: [y_scale, x_scale, h_scale, w_scale] as const };
}
