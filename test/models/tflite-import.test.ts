import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { readTfliteMetadata } from '../../src/formats/tflite/metadata.ts';
import { validateGraph } from '../../src/graph/validate.ts';
import { sharedPath } from '../support/shared.ts';

interface ModelFacts {
  /** Nodes by op. */
  readonly ops: Readonly<Record<string, number>>;
  readonly input: readonly [name: string, dtype: string, shape: readonly number[]];
  readonly output: readonly [name: string, dtype: string, shape: readonly number[]];
  /** Elements of all constants together. */
  readonly constantElements: number;
}

// Counted in the files by a separate parser. A MEAN, RESHAPE or SOFTMAX of the file is one node here.
const models: Readonly<Record<string, ModelFacts>> = {
  'hand-gesture/keypoint_classifier.tflite': {
    ops: { matmul: 3, softmax: 1 },
    input: ['input_1', 'float32', [1, 42]],
    output: ['Identity', 'float32', [1, 3]],
    constantElements: 1103,
  },
  'mlperf-tiny/ad01_fp32.tflite': {
    ops: { matmul: 10 },
    input: ['input_1', 'float32', [1, 640]],
    output: ['Identity', 'float32', [1, 640]],
    constantElements: 265_864,
  },
  'mlperf-tiny/ad01_int8.tflite': {
    ops: { matmul: 10 },
    input: ['input_1', 'int8', [1, 640]],
    output: ['Identity', 'int8', [1, 640]],
    constantElements: 265_864,
  },
  'mlperf-tiny/kws_float32.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 5, 'depthwise-conv2d': 4, matmul: 1, reshape: 1, softmax: 1 },
    input: ['serving_default_input_1', 'float32', [1, 49, 10, 1]],
    output: ['StatefulPartitionedCall', 'float32', [1, 12]],
    constantElements: 22_604,
  },
  'mlperf-tiny/kws_ref_model.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 5, 'depthwise-conv2d': 4, matmul: 1, reshape: 1, softmax: 1 },
    input: ['input_1', 'int8', [1, 49, 10, 1]],
    output: ['Identity', 'int8', [1, 12]],
    constantElements: 22_604,
  },
  'mlperf-tiny/pretrainedResnet.tflite': {
    ops: { add: 3, 'average-pool2d': 1, conv2d: 9, matmul: 1, reshape: 1, softmax: 1 },
    input: ['input_1', 'float32', [1, 32, 32, 3]],
    output: ['Identity', 'float32', [1, 10]],
    constantElements: 77_706,
  },
  'mlperf-tiny/pretrainedResnet_large_float.tflite': {
    ops: { add: 3, 'average-pool2d': 1, conv2d: 9, matmul: 1, reshape: 1, softmax: 1 },
    input: ['serving_default_input_5:0', 'float32', [1, 32, 32, 3]],
    output: ['StatefulPartitionedCall:0', 'float32', [1, 10]],
    constantElements: 480_330,
  },
  'mlperf-tiny/pretrainedResnet_large_int8.tflite': {
    ops: { add: 3, 'average-pool2d': 1, conv2d: 9, matmul: 1, reshape: 1, softmax: 1 },
    input: ['serving_default_input_5:0', 'int8', [1, 32, 32, 3]],
    output: ['StatefulPartitionedCall:0', 'int8', [1, 10]],
    constantElements: 480_330,
  },
  'mlperf-tiny/pretrainedResnet_quant.tflite': {
    ops: { add: 3, 'average-pool2d': 1, conv2d: 9, matmul: 1, reshape: 1, softmax: 1 },
    input: ['input_1_int8', 'int8', [1, 32, 32, 3]],
    output: ['Identity_int8', 'int8', [1, 10]],
    constantElements: 77_706,
  },
  'mlperf-tiny/vww_96_float.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 14, 'depthwise-conv2d': 13, matmul: 1, reshape: 1, softmax: 1 },
    input: ['input_1', 'float32', [1, 96, 96, 3]],
    output: ['Identity', 'float32', [1, 2]],
    constantElements: 210_850,
  },
  'mlperf-tiny/vww_96_int8.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 14, 'depthwise-conv2d': 13, matmul: 1, reshape: 1, softmax: 1 },
    input: ['input_1_int8', 'int8', [1, 96, 96, 3]],
    output: ['Identity_int8', 'int8', [1, 2]],
    constantElements: 210_850,
  },
  'mnist/conv_fc_mnist.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 1, matmul: 2, reshape: 1, softmax: 1 },
    input: ['serving_default_conv2d_input:0', 'float32', [1, 28, 28, 1]],
    output: ['StatefulPartitionedCall:0', 'float32', [1, 10]],
    constantElements: 50_608,
  },
  'mnist/partly_quantized_mnist.tflite': {
    ops: {
      conv2d: 1,
      'average-pool2d': 1,
      reshape: 1,
      quantize: 1,
      matmul: 2,
      dequantize: 1,
      'min-max': 1,
      'dynamic-scale': 1,
      'dynamic-quantize': 1,
      softmax: 1,
    },
    input: ['serving_default_conv2d_input:0', 'float32', [1, 28, 28, 1]],
    output: ['StatefulPartitionedCall:0', 'float32', [1, 10]],
    constantElements: 50_608,
  },
  'mnist/conv_fc_mnist_srq_a8w8.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 1, matmul: 2, reshape: 1, softmax: 1 },
    input: ['serving_default_conv2d_input:0', 'int8', [1, 28, 28, 1]],
    output: ['StatefulPartitionedCall:0', 'int8', [1, 10]],
    constantElements: 50_608,
  },
  'mobilenet/mobilenet_v1_0.25_128_quant.tflite': {
    ops: { 'average-pool2d': 1, conv2d: 15, 'depthwise-conv2d': 13, reshape: 1, softmax: 1 },
    input: ['input', 'uint8', [1, 128, 128, 3]],
    output: ['MobilenetV1/Predictions/Reshape_1', 'uint8', [1, 1001]],
    constantElements: 467_593,
  },
  'mobilenet/mobilenet_v2_1.0_224_quant.tflite': {
    ops: { add: 10, 'average-pool2d': 1, conv2d: 36, 'depthwise-conv2d': 17, reshape: 1, softmax: 1 },
    input: ['input', 'uint8', [1, 224, 224, 3]],
    output: ['MobilenetV2/Predictions/Softmax', 'uint8', [1, 1001]],
    constantElements: 3_489_097,
  },
  'mobilenet/tf2_mobilenet_v2_1.0_224_ptq.tflite': {
    ops: { add: 10, conv2d: 36, 'depthwise-conv2d': 17, mean: 1, quantize: 2, reshape: 1, softmax: 1 },
    input: ['input', 'uint8', [1, 224, 224, 3]],
    output: ['Identity', 'uint8', [1, 1001]],
    constantElements: 3_489_097,
  },
};

const hasModels = sharedPath('models') !== null;
const read = (file: string): Uint8Array => readFileSync(sharedPath('models', file)!);

describe.skipIf(!hasModels)('whole models', () => {
  test.each(Object.entries(models))('%s', (file, facts) => {
    const graph = tfliteGraph(read(file));
    validateGraph(graph);
    const ops: Record<string, number> = {};
    for (const { op } of graph.nodes) ops[op] = (ops[op] ?? 0) + 1;
    expect(ops).toEqual(facts.ops);
    for (const [names, [name, dtype, shape]] of [
      [graph.inputs, facts.input],
      [graph.outputs, facts.output],
    ] as const) {
      expect(names).toEqual([name]);
      expect(graph.values[name]).toMatchObject({ dtype, shape });
    }
    const elements = Object.values(graph.constants).reduce((sum, { data }) => sum + data.length, 0);
    expect(elements).toBe(facts.constantElements);
  });

  test.each([
    'kws_ref_model.noise',
    'mobilenet_v1_0.25_128_quant.cat',
    'pretrainedResnet.cifar0',
    'pretrainedResnet_quant.cifar0',
    'vww_96_int8.coco0',
  ])('%s: nodes are the operators of the oracle, in its order', (golden) => {
    const { tensors, metadata } = readSafetensors(read(`expected/${golden}.safetensors`));
    const graph = tfliteGraph(read(metadata['model']));
    const nodes = [...tensors].flatMap(([key, tensor]) => {
      const match = /^node:(\d+):[A-Z0-9_]+:(.*)$/s.exec(key);
      return match === null ? [] : [{ index: Number(match[1]), name: match[2], tensor }];
    });
    expect(nodes.length).toBeGreaterThan(10);
    for (const { index, name, tensor } of nodes) {
      expect(graph.nodes[index].name).toBe(name);
      expect(graph.values[name]).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape });
    }
    expect(nodes.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(graph.nodes.map((_, index) => index));
  });

  test('a batch reaches the output', () => {
    const graph = tfliteGraph(read('mobilenet/mobilenet_v2_1.0_224_quant.tflite'), { batch: 3 });
    validateGraph(graph);
    expect(graph.values[graph.inputs[0]].shape).toEqual([3, 224, 224, 3]);
    expect(graph.values[graph.outputs[0]].shape).toEqual([3, 1001]);
  });

  test.each([
    'mobilenet_v1_0.25_128_quant.tflite',
    'mobilenet_v2_1.0_224_quant.tflite',
    'tf2_mobilenet_v2_1.0_224_ptq.tflite',
  ])('%s tells its labels and its normalization', async (file) => {
    const metadata = await readTfliteMetadata(read(`mobilenet/${file}`));
    expect(metadata).toMatchObject({
      name: 'ImageClassifier',
      inputs: [{ name: 'image', colorSpace: 'rgb', normalization: { mean: [127.5], deviation: [127.5] } }],
      outputs: [{ name: 'probability' }],
    });
    const labels = new TextDecoder().decode(read('mobilenet/imagenet_labels.txt'));
    expect(metadata?.outputs[0].labels).toEqual(labels.trimEnd().split('\n'));
  });

  test('a model without metadata', async () => {
    expect(await readTfliteMetadata(read('mlperf-tiny/kws_ref_model.tflite'))).toBeUndefined();
  });
});
