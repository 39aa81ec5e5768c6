import { expect, test } from 'vitest';
import { validateGraph } from '../../../src/graph/validate.ts';
import { attention } from '../../../src/layers/attention.ts';
import { add } from '../../../src/layers/combine.ts';
import { conv1d } from '../../../src/layers/convolution.ts';
import { convTranspose2d } from '../../../src/layers/transposed-convolution.ts';
import { dense } from '../../../src/layers/dense.ts';
import { model } from '../../../src/layers/model.ts';
import { layerNorm } from '../../../src/layers/normalization.ts';
import { gru, lstm } from '../../../src/layers/recurrent.ts';
import { reshape } from '../../../src/layers/arrange.ts';
import { input } from '../../../src/layers/value.ts';
import { quantize } from '../../../src/quantize/quantize.ts';
import { minMax, type Ranges } from '../../../src/quantize/range.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { drawFloats } from '../../support/apply-layer.ts';

test('networks along sequences quantize where their ops have rules, and stay near', () => {
  const x = input('x', [1, 16, 12]);
  const features = conv1d({ filters: 16, size: 3, activation: 'relu' })(x);
  const attended = attention({ heads: 2 })(features, features, dense({ units: 16 })(features));
  const normal = layerNorm()(add()(attended, features));
  const states = gru({ units: 8, returnsSequence: true })(normal);
  const up = convTranspose2d({ filters: 4, size: 4, stride: 2, name: 'up' })(reshape({ shape: [1, 4, 4, 8] })(states));
  const graph = model({ inputs: [x], outputs: { up, last: lstm({ units: 6 })(states) } });
  const tensor = { dtype: 'float32' as const, shape: [1, 16, 12], data: drawFloats(16 * 12, 3) };
  const exact = runReference(graph, { x: tensor });
  const ranges: Ranges = Object.fromEntries([...exact].map(([name, { data }]) => [name, minMax(name, data)]));
  const quantized = quantize(graph, ranges);
  validateGraph(quantized);
  const dtypes = (op: string) =>
    quantized.nodes.filter((node) => node.op === op).map((node) => quantized.values[node.outputs[0]].dtype);
  for (const op of ['conv2d', 'batch-matmul', 'softmax', 'conv-transpose2d', 'matmul']) {
    expect(new Set(dtypes(op)), op).toEqual(new Set(['int8']));
  }
  for (const op of ['layer-norm', 'gru', 'lstm']) expect(new Set(dtypes(op)), op).toEqual(new Set(['float32']));
  const approximate = runReference(quantized, { x: tensor });
  for (const name of graph.outputs) {
    const [want, got] = [exact.get(name)!.data, approximate.get(name)!.data];
    let [signal, noise] = [0, 0];
    want.forEach((value, index) => {
      signal += value ** 2;
      noise += (value - got[index]) ** 2;
    });
    expect(10 * Math.log10(signal / noise), name).toBeGreaterThan(25);
  }
});
