import { describe, expect, test } from 'vitest';
import { openDevice } from '../../src/gpu/open-device.ts';
import { selfTest } from '../../src/runtime/self-test.ts';

// The whole self-test runs in the test of `quadot doctor`; these families are quick to compile.
const families = ['add', 'softmax', 'quantize', 'float16 storage'];

describe('selfTest', () => {
  test('passes on this device, reports progress and leaves nothing behind', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const progress: number[] = [];
    let announced = 0;
    const onProgress = (done: number, total: number): void => {
      progress.push(done);
      announced = total;
    };
    const report = await selfTest(device, { families, onProgress });
    expect(report).toMatchObject({ passed: true });
    expect(report.families.map(({ family }) => family)).toEqual(families);
    for (const { runs } of report.families) expect(runs).toBeGreaterThan(0);
    expect(progress).toEqual(Array.from({ length: announced }, (_, index) => index + 1));
    expect(device.memory().owners).toEqual({});
  });

  test('finds a driver that rounds wrongly, and one that does not compile', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const compile = device.pipelines.get.bind(device.pipelines);
    device.pipelines.get = (shader) => {
      const text =
        shader.name === 'normalize-rows-float'
          ? `${shader.text}\nnot WGSL`
          : shader.text.replaceAll(/\bround\(/g, 'floor(');
      return compile({ ...shader, text });
    };
    const { passed, families: reports } = await selfTest(device, { families });
    expect(passed).toBe(false);
    const failuresOf = (family: string) => reports.find((report) => report.family === family)!.failures;
    const wrong = failuresOf('quantize').find(({ kernel }) => kernel === 'recode-int8')!;
    expect(wrong.mismatches).toBeGreaterThan(0);
    expect(wrong.mismatches).toBeLessThan(wrong.elements);
    // Its shader adds in integers and does not round floats.
    expect(failuresOf('add')).toEqual([]);
    expect(failuresOf('softmax').find(({ kernel }) => kernel === 'normalize-rows-float')!.error).toMatch(
      /does not compile/,
    );
  });

  test('stops when it is told to', async () => {
    using device = await openDevice({ engine: 'scalar' });
    await expect(selfTest(device, { families, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
