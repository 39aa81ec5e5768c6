import { describe, expect, test } from 'vitest';
import { FormatError, UnsupportedOpError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { quantizeTensor } from '../../../../src/tensor/quantize-tensor.ts';
import { createRandom } from '../../../../src/tensor/random.ts';
import { buildFlexbuffer, type FlexbufferMap } from '../../../support/flexbuffer-builder.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { importValid, int32s, operatorCode } from '../../../support/tflite-models.ts';

const { INT32, UINT8 } = tensorType;

const usual = {
  max_detections: 3,
  max_classes_per_detection: 1,
  nms_score_threshold: 0,
  nms_iou_threshold: 0.5,
  num_classes: 2,
  y_scale: 10,
  x_scale: 10,
  h_scale: 5,
  w_scale: 5,
};

// The six boxes of TensorFlow Lite's own examples, and their scores of a background and two classes.
const encodings = [0, 0, 0, 0, 0, 1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
const scores = [0, 0.9, 0.8, 0, 0.75, 0.72, 0, 0.6, 0.5, 0, 0.93, 0.95, 0, 0.5, 0.4, 0, 0.3, 0.2];
const anchors = [0.5, 0.5, 0.5, 10.5, 10.5, 100.5].flatMap((x) => [0.5, x, 1, 1]);
const [left, middle, right] = [0, 10, 100].map((x) => [0, x, 1, x + 1]);

interface Detector {
  readonly options?: FlexbufferMap;
  readonly encodings?: readonly number[];
  readonly scores?: readonly number[];
  readonly anchors?: readonly number[];
  /** Scores of each box. */
  readonly columns?: number;
  /** Fields of the three inputs, such as a type and a scale. */
  readonly fields?: readonly Partial<TensorSpec>[];
  readonly outputs?: Partial<TensorSpec>;
}

function detectorFile(detector: Detector = {}): { readonly bytes: Uint8Array; readonly shapes: number[][] } {
  const { options = {}, columns = 3, fields = [], outputs = {} } = detector;
  const count = (detector.anchors ?? anchors).length / 4;
  const shapes = [
    [1, count, 4],
    [1, count, columns],
    [count, 4],
  ];
  const names = ['encodings', 'scores', 'anchors'];
  const tensors: TensorSpec[] = names.map((name, index) => ({ name, shape: shapes[index], ...fields[index] }));
  // The files that TensorFlow's exporter writes leave the outputs' sizes open.
  for (const name of ['boxes', 'classes', 'found', 'count']) tensors.push({ name, shape: [], ...outputs });
  const customOptions = buildFlexbuffer({ ...usual, ...options });
  const bytes = buildTflite({
    tensors,
    operators: [
      {
        code: operatorCode.CUSTOM,
        customCode: 'TFLite_Detection_PostProcess',
        inputs: [0, 1, 2],
        outputs: [3, 4, 5, 6],
        customOptions,
      },
    ],
    inputs: [0, 1, 2],
    outputs: [3, 4, 5, 6],
  });
  return { bytes, shapes };
}

interface Detections {
  readonly boxes: number[];
  readonly classes: number[];
  readonly scores: number[];
  readonly count: number[];
}

function detect(detector: Detector = {}): Detections {
  const { bytes, shapes } = detectorFile(detector);
  const graph = importValid(bytes);
  const data = [detector.encodings ?? encodings, detector.scores ?? scores, detector.anchors ?? anchors];
  const inputs = graph.inputs.map((name, index) => {
    const real = { dtype: 'float32' as const, shape: shapes[index], data: Float32Array.from(data[index]) };
    const type = graph.values[name];
    return [name, type.dtype === 'uint8' ? quantizeTensor(real, type) : real] as const;
  });
  const values = runReference(graph, Object.fromEntries(inputs));
  const [boxes, classes, found, count] = graph.outputs.map((name) => [...values.get(name)!.data]);
  return { boxes, classes, scores: found, count };
}

const near = (values: readonly number[], digits = 4): unknown[] => values.map((value) => expect.closeTo(value, digits));

describe('TFLite_Detection_PostProcess', () => {
  test('becomes decoding, non-max suppression and merging', () => {
    const ops = (options: FlexbufferMap, columns?: number): string[] =>
      importValid(detectorFile({ options, columns }).bytes).nodes.map(({ op }) => op);
    const merging = ['non-max-suppression', 'merge-detections'];
    expect(ops({})).toEqual(['decode-boxes', 'slice', 'reduce-max', 'reshape', ...merging]);
    expect(ops({ use_regular_nms: true, num_classes: 3 })).toEqual(['decode-boxes', 'transpose', ...merging]);
  });

  test('each box for its best class', () => {
    expect(detect()).toEqual({
      boxes: near([...middle, ...left, ...right]),
      classes: [1, 0, 0],
      scores: near([0.95, 0.9, 0.3]),
      count: [3],
    });
  });

  test('each box for two classes', () => {
    expect(detect({ options: { max_classes_per_detection: 2 } })).toEqual({
      boxes: near([...middle, ...middle, ...left, ...left, ...right, ...right]),
      classes: [1, 0, 0, 1, 0, 1],
      scores: near([0.95, 0.93, 0.9, 0.8, 0.3, 0.2]),
      count: [3],
    });
  });

  test('each class by itself', () => {
    const options = { use_regular_nms: true, detections_per_class: 1 };
    expect(detect({ options })).toEqual({
      boxes: near([...middle, ...middle, 0, 0, 0, 0]),
      classes: [1, 0, 0],
      scores: near([0.95, 0.93, 0]),
      count: [2],
    });
    // Up to a hundred of each class where the file does not say.
    const all = detect({ options: { use_regular_nms: true, max_detections: 8 } });
    expect(all.scores).toEqual(near([0.95, 0.93, 0.9, 0.8, 0.3, 0.2, 0, 0]));
    expect(all.classes).toEqual([1, 0, 0, 1, 0, 1, 0, 0]);
  });

  test('a box without an area', () => {
    const { boxes, classes, count } = detect({
      encodings: Array<number>(8).fill(0),
      scores: [0, 0.9, 0.8, 0, 0.2, 0.7],
      anchors: [0.5, 0.5, 1, 1, 0.5, 0.5, 0, 0],
    });
    expect(boxes).toEqual(near([0, 0, 1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0]));
    expect([classes, count]).toEqual([[0, 1, 0], [2]]);
  });

  test('codes', () => {
    const quantized = ([low, high]: readonly number[]): Partial<TensorSpec> => {
      const scale = (high - low) / 255;
      return { type: UINT8, scales: [scale], zeroPoints: [BigInt(Math.round(-low / scale))] };
    };
    const fields = [
      [-1, 1],
      [0, 1],
      [0, 100.5],
    ].map(quantized);
    const found = detect({ fields });
    expect(found.classes).toEqual([1, 0, 0]);
    for (const [index, box] of [middle, left, right].entries()) {
      expect(found.boxes.slice(index * 4, index * 4 + 4)).toEqual(box.map((at) => expect.closeTo(at, 0)));
    }
    expect(found.scores).toEqual(near([0.95, 0.9, 0.3], 2));
  });

  test.each<[string, Detector, RegExp, new (message: string) => Error]>([
    ['options that lack some', { options: { x_scale: undefined! } }, /lacks its options x_scale/, FormatError],
    [
      'as many scores as no classes have',
      { columns: 5 },
      /scores \[1, 6, 5\] are not of 2 classes for each box/,
      Error,
    ],
    ['a scale of 0', { options: { w_scale: 0 } }, /are not four positive numbers/, Error],
    ['an overlap beyond 1', { options: { nms_iou_threshold: 1.5 } }, /An overlap is 0 to 1/, Error],
    ['a million detections', { options: { max_detections: 2 ** 20 } }, /Use at most 65536/, Error],
    ['codes as outputs', { outputs: { type: UINT8, scales: [1] } }, /an output of type UINT8/, UnsupportedOpError],
  ])('refuses %s', (_, { options = {}, ...detector }, message, error) => {
    const given = Object.fromEntries(
      Object.entries({ ...usual, ...options }).filter(([, value]) => value !== undefined),
    );
    const missing = Object.keys(options).filter((name) => !(name in given));
    const { bytes } = detectorFile({ ...detector, options });
    // What is to be absent gets another name.
    for (const name of missing) bytes.set([122], new TextDecoder('latin1').decode(bytes).indexOf(name));
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(error);
  });

  test('a custom operator that is called like a builtin one is not it', () => {
    const bytes = buildTflite({
      tensors: [
        { name: 'x', shape: [1] },
        { name: 'y', shape: [1] },
      ],
      operators: [{ code: operatorCode.CUSTOM, customCode: 'RELU', inputs: [0], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    });
    expect(() => tfliteGraph(bytes)).toThrow(/operators CUSTOM "RELU" ×1/);
  });
});

type Box = readonly number[];

/** Boxes as the description of the operator has them, in double precision. */
function decoded(ofEncodings: readonly number[], ofAnchors: readonly number[]): Box[] {
  return Array.from({ length: ofAnchors.length / 4 }, (_, index) => {
    const [y, x, h, w] = ofAnchors.slice(index * 4);
    const [dy, dx, dh, dw] = ofEncodings.slice(index * 4);
    const [cy, cx] = [(dy / 10) * h + y, (dx / 10) * w + x];
    const [height, width] = [Math.exp(dh / 5) * h, Math.exp(dw / 5) * w];
    return [cy - height / 2, cx - width / 2, cy + height / 2, cx + width / 2];
  });
}

function overlap(a: Box, b: Box): number {
  const side = (axis: number): number => Math.max(0, Math.min(a[axis + 2], b[axis + 2]) - Math.max(a[axis], b[axis]));
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  const intersection = side(0) * side(1);
  return intersection / (area(a) + area(b) - intersection);
}

/** Takes the best that is left, and leaves out what overlaps it, again and again. */
function suppress(boxes: readonly Box[], ofScores: readonly number[], threshold: number, most: number): number[] {
  const left = new Set([...boxes.keys()].filter((index) => ofScores[index] >= threshold));
  const taken: number[] = [];
  while (left.size > 0 && taken.length < most) {
    let best = -1;
    for (const index of left) if (best < 0 || ofScores[index] > ofScores[best]) best = index;
    taken.push(best);
    for (const index of left) if (index === best || overlap(boxes[best], boxes[index]) > 0.5) left.delete(index);
  }
  return taken;
}

describe('many boxes, as plain loops compute them', () => {
  const [count, classes, most] = [150, 4, 12];
  const random = createRandom(7);
  const uniform = (length: number, low: number, high: number): number[] =>
    Array.from({ length }, () => Math.fround(random.uniform(low, high)));
  const drawn = {
    encodings: uniform(count * 4, -3, 3),
    scores: uniform(count * (classes + 1), 0, 1),
    anchors: Array.from({ length: count }, () => [...uniform(2, 0, 3), ...uniform(2, 0.5, 1.5)]).flat(),
    columns: classes + 1,
  };
  const options = { num_classes: classes, max_detections: most, nms_score_threshold: 0.25 };
  const boxes = decoded(drawn.encodings, drawn.anchors);
  // The background is the first.
  const rows = boxes.map((_, index) => drawn.scores.slice(index * (classes + 1) + 1, (index + 1) * (classes + 1)));

  test('fast', () => {
    const found = detect({ ...drawn, options });
    const best = rows.map((row) => Math.max(...row));
    const taken = suppress(boxes, best, 0.25, most);
    expect(taken).toHaveLength(most);
    expect(found).toEqual({
      boxes: near(taken.flatMap((index) => boxes[index])),
      classes: taken.map((index) => rows[index].indexOf(best[index])),
      scores: taken.map((index) => best[index]),
      count: [most],
    });
  });

  test('regular', () => {
    const found = detect({ ...drawn, options: { ...options, use_regular_nms: true, detections_per_class: 5 } });
    const taken = Array.from({ length: classes }, (_, ofClass) =>
      suppress(
        boxes,
        rows.map((row) => row[ofClass]),
        0.25,
        5,
      ).map((index) => ({ index, ofClass })),
    )
      .flat()
      .sort((a, b) => rows[b.index][b.ofClass] - rows[a.index][a.ofClass])
      .slice(0, most);
    expect(found).toEqual({
      boxes: near(taken.flatMap(({ index }) => boxes[index])),
      classes: taken.map(({ ofClass }) => ofClass),
      scores: taken.map(({ index, ofClass }) => rows[index][ofClass]),
      count: [most],
    });
  });
});

describe('NON_MAX_SUPPRESSION', () => {
  const real = (name: string, value: number): TensorSpec => ({ name, shape: [], data: Float32Array.of(value) });
  const boxes = [...left, 0, 0.1, 1, 1.1, 0, -0.1, 1, 0.9, ...middle, 0, 10.1, 1, 11.1, ...right];
  const ofScores = [0.9, 0.75, 0.6, 0.95, 0.5, 0.3];

  function run(outputTypes: readonly number[], { most = 6, sigma }: { most?: number; sigma?: number } = {}) {
    const tensors: TensorSpec[] = [
      { name: 'boxes', shape: [6, 4] },
      { name: 'scores', shape: [6] },
      { ...int32s(most), name: 'most', shape: [] },
      real('overlap', 0.5),
      real('threshold', 0.4),
      ...(sigma === undefined ? [] : [real('sigma', sigma)]),
    ];
    const first = tensors.length;
    for (const [index, type] of outputTypes.entries()) {
      const isCount = index === outputTypes.length - 1;
      tensors.push({ name: `y${index}`, shape: isCount ? [] : [most], type });
    }
    const outputs = outputTypes.map((_, index) => first + index);
    const code = sigma === undefined ? 120 : 121;
    const inputs = Array.from({ length: first }, (_, index) => index);
    const operators = [{ code, inputs, outputs }];
    const graph = importValid(buildTflite({ tensors, operators, inputs: [0, 1], outputs }));
    const values = runReference(graph, {
      boxes: { dtype: 'float32', shape: [6, 4], data: Float32Array.from(boxes) },
      scores: { dtype: 'float32', shape: [6], data: Float32Array.from(ofScores) },
    });
    return graph.outputs.map((name) => [...values.get(name)!.data]);
  }

  // TensorFlow Lite's own examples.
  test('V4', () => {
    expect(run([INT32, INT32])).toEqual([[3, 0, 0, 0, 0, 0], [2]]);
    expect(run([INT32, INT32], { most: 1 })).toEqual([[3], [1]]);
    // More places than boxes.
    expect(run([INT32, INT32], { most: 8 })).toEqual([[3, 0, 0, 0, 0, 0, 0, 0], [2]]);
  });

  test('V5 without decay', () => {
    expect(run([INT32, tensorType.FLOAT32, INT32], { sigma: 0 })).toEqual([
      [3, 0, 0, 0, 0, 0],
      [...[0.95, 0.9].map(Math.fround), 0, 0, 0, 0],
      [2],
    ]);
    expect(() => run([INT32, tensorType.FLOAT32, INT32], { sigma: 0.5 })).toThrow(/scores that decay/);
  });

  test('refuses other types and no places', () => {
    expect(() => run([tensorType.FLOAT32, INT32])).toThrow(/outputs of the types FLOAT32,INT32/);
    expect(() => run([INT32, INT32], { most: 0 })).toThrow(/selects 0 boxes of a class/);
  });
});
