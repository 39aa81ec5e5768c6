import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importTflite } from '../../src/formats/tflite/index.ts';
import { planProgramMemory } from '../../src/runtime/memory-plan.ts';
import { compileWithin } from '../support/cut-program.ts';
import { sharedPath } from '../support/shared.ts';
import { smallNetworks } from '../support/small-networks.ts';
import { Network } from '../support/tflite-network.ts';

interface Row {
  readonly name: string;
  readonly launches: number;
  readonly bytes: number;
}

const document = readFileSync(path.resolve(import.meta.dirname, '../../docs/memory.md'), 'utf8');
const table = document.slice(document.indexOf('| network'));

/** The document's table: network, launches before, which nothing counts any more, and now, bytes. */
const rows = [...table.matchAll(/^\| ([\w./-]+) +\| +[\d–]+ \| +(\d+) \| +([\d,]+) \|$/gm)].map(
  ([, name, launches, bytes]): Row => ({
    name,
    launches: Number(launches),
    bytes: Number(bytes.replaceAll(',', '')),
  }),
);

describe('docs/memory.md counts right', () => {
  for (const { name, launches, bytes } of rows) {
    const file = name.includes('/') ? sharedPath('models', `${name}.tflite`) : undefined;
    test.skipIf(file === null)(`${name}`, async () => {
      const model = file === undefined ? smallNetwork(name) : readFileSync(file!);
      const program = compileWithin(await importTflite(model), {});
      expect(program.steps.filter(({ dispatch }) => dispatch !== undefined)).toHaveLength(launches);
      const { arenaBytes } = planProgramMemory(program, { alignment: 256, maxArenaBytes: 2 ** 30 });
      expect(arenaBytes.reduce((sum, arena) => sum + arena)).toBe(bytes);
    });
  }
});

test('of every model and some small networks', () => {
  expect(rows.length).toBeGreaterThan(20);
});

function smallNetwork(name: string): Uint8Array {
  const net = new Network();
  return net.float32(smallNetworks[name](net));
}
