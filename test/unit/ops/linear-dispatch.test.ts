import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearDispatch } from '../../../src/ops/lib/linear-dispatch.ts';

test('covers every thread within the limits of a dimension', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.constantFrom(1, 4, 64, 256), (threads, workgroupSize) => {
      const { workgroups, constants } = linearDispatch(threads, workgroupSize);
      const [x, y, z] = workgroups;
      fc.pre(threads <= 65535 * 65535 * workgroupSize);
      expect(x * y * workgroupSize).toBeGreaterThanOrEqual(threads);
      // At most one workgroup a row is idle.
      expect((x * y - y) * workgroupSize).toBeLessThan(threads);
      expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
      expect([z, constants.WORKGROUPS_X]).toEqual([1, x]);
    }),
  );
});

test('stays one-dimensional where it can', () => {
  expect(linearDispatch(65535 * 64).workgroups).toEqual([65535, 1, 1]);
  expect(linearDispatch(65535 * 64 + 1).workgroups).toEqual([32768, 2, 1]);
  expect(linearDispatch(0).workgroups).toEqual([1, 1, 1]);
});
