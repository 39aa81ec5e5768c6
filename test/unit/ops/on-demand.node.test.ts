import { beforeEach, describe, expect, test, vi } from 'vitest';
import { moreOpNames } from '../../../src/ops/more-op-names.ts';
import { int32s, singleOperator, x, y } from '../../support/tflite-models.ts';

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
});
