import { beforeEach, describe, expect, test, vi } from 'vitest';
import { moreOpNames } from '../../../src/ops/more-op-names.ts';
import { int32s, operatorCode, singleOperator, x, y } from '../../support/tflite-models.ts';
import { accumulator } from '../../support/tflite-variables.ts';

/** The library as a page finds it: the setup of the tests has loaded everything into another copy. */
async function freshLibrary(): Promise<
  typeof import('../../../src/index.ts') & typeof import('../../../src/ops/registry.ts')
> {
  vi.resetModules();
  return { ...(await import('../../../src/index.ts')), ...(await import('../../../src/ops/registry.ts')) };
}

describe('ops that a page loads when it needs them', () => {
  let library: Awaited<ReturnType<typeof freshLibrary>>;
  beforeEach(async () => {
    library = await freshLibrary();
  });

  test('are told from those that do not exist', () => {
    const { getOp, OpNotLoadedError, UnsupportedOpError } = library;
    expect(moreOpNames).toContain('top-k');
    expect(() => getOp('top-k')).toThrow(OpNotLoadedError);
    expect(() => getOp('top-k')).toThrow(/await loadOps\(graph\)/);
    expect(() => getOp('conv3000d')).toThrow(UnsupportedOpError);
    expect(() => getOp('conv3000d')).toThrow(/Known ops: .*conv2d.*top-k/);
    expect(getOp('conv2d').name).toBe('conv2d');
  });

  test('come with loadOps, for graphs that have one', async () => {
    const { getOp, loadOps } = library;
    await loadOps({ nodes: [{ op: 'conv2d' }, { op: 'conv3000d' }] });
    expect(() => getOp('top-k')).toThrow(/not loaded/);
    await loadOps({ nodes: [{ op: 'conv2d' }, { op: 'top-k' }] });
    for (const name of moreOpNames) expect(getOp(name).name).toBe(name);
  });

  test('come with the importer and with the layers', async () => {
    const { getOp, importTflite } = library;
    const options = [102, { 0: { int8: 1 }, 1: { int8: 1 } }] as const;
    const graph = await importTflite(singleOperator(128, [x(2, 3), int32s(-1), y(2, 3)], options));
    expect(graph.nodes[0].op).toBe('cumulative-sum');
    expect(getOp('cumulative-sum').name).toBe('cumulative-sum');

    const other = await freshLibrary();
    expect(() => other.getOp('layer-norm')).toThrow(/not loaded/);
    expect(other.sequential({ x: [1, 4] }, [other.layerNorm()]).nodes.map(({ op }) => op)).toContain('layer-norm');
  });

  test('do not come with a model that has none', async () => {
    const { getOp, importTflite, inspectGraph } = library;
    const graph = await importTflite(singleOperator(operatorCode.RELU, [x(2), y(2)]));
    expect(inspectGraph(graph).layers.map(({ op }) => op)).toEqual(['relu']);
    expect(() => getOp('top-k')).toThrow(/not loaded/);
  });

  test('come once for several imports at a time, and stay', async () => {
    const { importTflite, getOp } = library;
    const options = [102, { 0: { int8: 0 }, 1: { int8: 0 } }] as const;
    const model = singleOperator(128, [x(2, 3), int32s(-1), y(2, 3)], options);
    const graphs = await Promise.all([importTflite(model), importTflite(model), importTflite(model)]);
    expect(graphs.map(({ nodes }) => nodes[0].op)).toEqual(['cumulative-sum', 'cumulative-sum', 'cumulative-sum']);
    const loaded = getOp('cumulative-sum');
    await importTflite(model);
    expect(getOp('cumulative-sum')).toBe(loaded);
  });

  test('come with a look at a model that cannot run, and before it is refused', async () => {
    const model = singleOperator(103, [x(2), y(2)]);
    const { importTflite, inspectGraph, UnsupportedOpError } = library;
    await expect(importTflite(model)).rejects.toThrow(UnsupportedOpError);
    const other = await freshLibrary();
    expect(other.inspectGraph(await other.importTflite(model, { keepsUnsupported: true })).unsupported).toEqual({
      UNIQUE: 1,
    });
    // What was loaded stays with the library that loaded it.
    expect(() => inspectGraph({ ...emptyGraph, nodes: [unread] })).not.toThrow(/not loaded/);
  });

  test('come with states, which few models have', async () => {
    const graph = await library.importTflite(accumulator());
    expect(library.nextStates(graph, { y: 1 })).toEqual({ before: 1 });
  });

  test('are asked for by name where a function does not wait', () => {
    const { inspectGraph, quantize, OpNotLoadedError } = library;
    const graph = { ...emptyGraph, nodes: [unread] };
    expect(() => inspectGraph(graph)).toThrow(OpNotLoadedError);
    expect(() => quantize(graph, {})).toThrow(/await loadOps\(graph\)/);
  });
});

const unread = { name: 'rows', op: 'cumulative-sum', attributes: {}, inputs: ['x'], outputs: ['y'] };
const emptyGraph = {
  name: 'sums',
  nodes: [],
  values: { x: { dtype: 'float32', shape: [2] }, y: { dtype: 'float32', shape: [2] } },
  constants: {},
  inputs: ['x'],
  outputs: ['y'],
  metadata: {},
} as const;
