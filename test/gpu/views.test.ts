import { expect, test } from 'vitest';
import { runReference } from '../../src/runtime/reference.ts';
import { createSession } from '../../src/runtime/session.ts';
import { testDevice } from '../support/device.ts';
import { GraphChain } from '../support/graph-chain.ts';

// Every index of the first axis is 256 bytes, what bindings are aligned to on any device.
const row = [16, 4];
const join = { axis: 0, activation: 'none' };
const slice = (begin: number, count: number) => ({ begin: [begin, 0, 0], size: [count, ...row], strides: [1, 1, 1] });

/** Pieces of the input, each through a layer of its own, joined again; and pieces of that. */
function chain(): GraphChain {
  const whole = new GraphChain('float32', [5, ...row], 9);
  whole.node('slice', slice(0, 2), ['x']);
  whole.add('relu', { activation: 'relu' });
  whole.node('slice', slice(2, 3), ['x']);
  whole.add('abs', {});
  whole.node('concat', join, ['abs3', 'relu1']);
  whole.node('slice', slice(2, 2), ['concat4']);
  whole.add('neg', {});
  whole.node('reshape', { shape: [20, 16] }, ['concat4']);
  return whole;
}

test('values that lie in each other hold what they should, on the device, at every layer and in runs that overlap', async () => {
  const source = chain();
  const graph = source.graph(['neg6', 'reshape7', 'slice0', 'concat4']);
  using session = await createSession(await testDevice(), graph);
  expect(session.inspect().flatMap(({ op, kernel }) => (kernel === 'none' ? [] : [op]))).toEqual([
    'relu',
    'abs',
    'neg',
  ]);

  const inputs = [1, 2, 3].map((scale) => {
    const x = source.input();
    return { ...x, data: (x.data as Float32Array).map((value) => value * scale) };
  });
  const results = await Promise.all(inputs.map((x) => session.run({ x })));
  for (const [index, x] of inputs.entries()) {
    const expected = runReference(graph, { x });
    for (const name of graph.outputs) expect(results[index][name].data, name).toEqual(expected.get(name)!.data);
  }

  const expected = runReference(graph, { x: inputs[0] });
  let read = 0;
  for await (const layer of session.layers({ x: inputs[0] })) {
    const { data } = await layer.read();
    expect(data, layer.output).toEqual(expected.get(layer.output)!.data);
    read++;
  }
  expect(read).toBe(graph.nodes.length);
});
