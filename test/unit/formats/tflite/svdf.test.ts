import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import type { Graph } from '../../../../src/graph/graph.ts';
import { nextStates } from '../../../../src/graph/states.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { dequantizeTensor, quantizeTensor } from '../../../../src/tensor/quantize-tensor.ts';
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import { svdfModel, svdfSizes, type SvdfKind } from '../../../support/tflite-svdf.ts';

const { batch, inputs, units, rank, memory, steps } = svdfSizes;

/** Input of a step as the graph takes it. */
function stepInput(graph: Graph, data: Float32Array): Tensor {
  const real: Tensor = { dtype: 'float32', shape: [batch, inputs], data };
  const type = graph.values['x'];
  return type.dtype === 'int8' ? quantizeTensor(real, type) : real;
}

/** By the definition, in double precision. */
function expected({ features, times, biases, sequence }: ReturnType<typeof svdfModel>['numbers']): number[][] {
  const filters = units * rank;
  const seen: number[][] = Array.from({ length: batch * filters }, () => Array.from({ length: memory }, () => 0));
  return sequence.map((x) => {
    const y: number[] = [];
    for (let n = 0; n < batch; n++) {
      for (let f = 0; f < filters; f++) {
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += x[n * inputs + i] * features[f * inputs + i];
        const row = seen[n * filters + f];
        row.shift();
        row.push(sum);
      }
      for (let u = 0; u < units; u++) {
        let sum = biases[u];
        for (let r = 0; r < rank; r++) {
          const f = u * rank + r;
          seen[n * filters + f].forEach((value, t) => (sum += value * times[f * memory + t]));
        }
        y.push(Math.max(0, sum));
      }
    }
    return y;
  });
}

/** What TensorFlow Lite (tfjs-tflite 0.0.1-alpha.10) has after the last step. */
const published: Readonly<Record<SvdfKind, readonly number[]>> = {
  float32: [2.9988527297973633, 1.4384657144546509, 2.013942241668701, 1.9483572244644165, 0.11938118934631348, 0],
  hybrid: [2.995637893676758, 1.4345927238464355, 2.0278172492980957, 1.947429895401001, 0.11893534660339355, 0],
  int8: [0, -67, -42, -45, -123, -128],
};

describe.each(['float32', 'hybrid', 'int8'] as const)('SVDF, %s', (kind) => {
  const { bytes, numbers } = svdfModel(kind);

  test('along a stream, by its definition and as TensorFlow Lite', () => {
    const graph = tfliteGraph(bytes);
    expect(graph.states).toEqual([{ input: 'state', output: 'state/next' }]);
    let states: Record<string, Tensor> = {};
    const exact = expected(numbers);
    const last: number[] = [];
    for (const [step, data] of numbers.sequence.entries()) {
      const x = stepInput(graph, data);
      const values = Object.fromEntries(runReference(graph, { x, ...states }));
      states = nextStates(graph, values);
      dequantizeTensor(values['y']).data.forEach((value, at) => {
        // The same network, within what its codes lose.
        expect(Math.abs(value - exact[step][at]), `${step} ${at}`).toBeLessThan(kind === 'float32' ? 1e-5 : 0.04);
      });
      if (step === steps - 1) last.push(...values['y'].data);
    }
    const allowed = kind === 'int8' ? 1 : 1e-5;
    last.forEach((value, at) => expect(Math.abs(value - published[kind][at])).toBeLessThanOrEqual(allowed));
  });
});

test.each<[string, Parameters<typeof svdfModel>[1], RegExp]>([
  ['a rank of 0', { rank: 0 }, /its rank is 0/],
  ['filters that are no multiple of the rank', { rank: 4 }, /with F a multiple of the rank 4/],
  ['a state of another size', { stateShape: [2, 25] }, /\[2, 25\] are not \[N, I\]/],
  ['an activation that is no clamp', { activation: 4 }, /the fused activation TANH/],
])('refuses %s', (_, change, message) => {
  expect(() => tfliteGraph(svdfModel('float32', change).bytes)).toThrow(message);
});

test('without a state there is nothing to remember', () => {
  expect(() => tfliteGraph(svdfModel('float32', { hasState: false }).bytes)).toThrow(/no state/);
});
