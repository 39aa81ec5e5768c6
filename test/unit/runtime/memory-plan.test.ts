import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planMemory, type PlannedStep } from '../../../src/runtime/memory-plan.ts';
import type { TensorType } from '../../../src/tensor/tensor.ts';

const alignment = 256;

function plan(steps: readonly PlannedStep[], sizes: Readonly<Record<string, number>>, outputs: readonly string[]) {
  const types = new Map<string, TensorType>();
  for (const [name, size] of Object.entries(sizes)) types.set(name, { dtype: 'int8', shape: [size] });
  return planMemory(steps, types, ['v0'], outputs, { alignment, maxArenaBytes: 2 ** 30 });
}

describe('planMemory', () => {
  test('a chain needs two arenas of the two largest neighbours', () => {
    const steps = [
      { reads: ['v0'], writes: ['v1'] },
      { reads: ['v1'], writes: ['v2'] },
      { reads: ['v2'], writes: ['v3'] },
    ];
    const { arenaBytes } = plan(steps, { v0: 1024, v1: 512, v2: 1024, v3: 256 }, ['v3']);
    expect(arenaBytes).toEqual([1024, 512]);
  });

  test('a long chain, and many values that live to the end', () => {
    const count = 150_000;
    const steps = Array.from({ length: count }, (_, index) => ({ reads: [`v${index}`], writes: [`v${index + 1}`] }));
    const sizes = Object.fromEntries(Array.from({ length: count + 1 }, (_, index) => [`v${index}`, 4]));
    expect(plan(steps, sizes, [`v${count}`]).arenaBytes).toEqual([4, 4]);
    const few = 2000;
    const { arenaBytes } = plan(steps.slice(0, few), sizes, Object.keys(sizes).slice(0, few + 1));
    expect(arenaBytes[0] + arenaBytes[1]).toBe(few * alignment - alignment + 2 * 4);
  });

  test('values that live together never overlap, and no step reads and writes one arena', () => {
    const programs = fc.array(
      fc.record({ reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), size: fc.integer({ min: 1, max: 5000 }) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(programs, (program) => {
        const sizes: Record<string, number> = { v0: 1000 };
        const steps = program.map(({ reads, size }, index) => {
          sizes[`v${index + 1}`] = size;
          return { reads: reads.map((read) => `v${read % (index + 1)}`), writes: [`v${index + 1}`] };
        });
        const last = `v${program.length}`;
        const { placements, arenaBytes } = plan(steps, sizes, [last]);
        const lastRead = (name: string): number =>
          name === last
            ? steps.length
            : steps.reduce((end, step, index) => (step.reads.includes(name) ? index : end), Number(name.slice(1)) - 1);
        const live = Object.keys(sizes).map((name) => ({
          name,
          start: Number(name.slice(1)) - 1,
          end: lastRead(name),
          ...placements.get(name)!,
        }));
        for (const a of live) {
          expect(a.offset % alignment).toBe(0);
          expect(a.offset + a.sizeBytes).toBeLessThanOrEqual(arenaBytes[a.arena]);
          for (const b of live) {
            if (a === b || a.arena !== b.arena || a.start > b.end || b.start > a.end) continue;
            expect(
              a.offset + a.sizeBytes <= b.offset || b.offset + b.sizeBytes <= a.offset,
              `${a.name} and ${b.name}`,
            ).toBe(true);
          }
        }
        for (const { reads, writes } of steps) {
          for (const read of reads) expect(placements.get(read)!.arena).not.toBe(placements.get(writes[0])!.arena);
        }
      }),
    );
  });
});
