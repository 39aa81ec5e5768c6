// What this library computes beside LiteRT, an oracle that is none of ours:
//
//   npm install --ignore-scripts --prefix bench/peers
//   node scripts/litert.mjs sweep [TEXT]     every model that a test of the importer builds [and whose operators' names have TEXT]
//   node scripts/litert.mjs goldens          writes test/goldens/tflite.safetensors, which test/models/oracle.test.ts compares with
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Reopened } from './litert/reopened.mjs';
import { openLiteRt } from './litert/runtime.mjs';
import { openTfliteWeb } from './litert/tflite-web.mjs';
import { importerTests, root, withTests } from './recorded-tests.mjs';
import { wgslPlugin } from './wgsl-plugin.mjs';

const here = path.join(root, 'scripts/litert');
const [command, text = ''] = process.argv.slice(2);
// The newer one first.
const oracles = [await Reopened.open(openLiteRt), await Reopened.open(openTfliteWeb)];
if (command === 'sweep') await sweep();
else if (command === 'goldens') await writeGoldens();
else {
  console.error('Usage: node scripts/litert.mjs sweep [TEXT] | goldens');
  process.exit(2);
}
process.exit(0);

async function writeGoldens() {
  const { runnerImport } = await import('vite');
  const options = { configFile: /** @type {const} */ (false), plugins: [wgslPlugin()] };
  /** @type {{ module: typeof import('./litert/goldens.ts') }} */
  const { module } = await runnerImport(`${here}/goldens.ts`, { ...options, logLevel: 'error' });
  const folder = path.join(root, 'test/goldens');
  await mkdir(folder, { recursive: true });
  const bytes = await module.goldens([await openLiteRt(), await openTfliteWeb()]);
  await writeFile(path.join(folder, 'tflite.safetensors'), bytes);
  console.log(`test/goldens/tflite.safetensors: ${bytes.byteLength} bytes`);
}

async function sweep() {
  const replacements = { '/tflite-builder.ts': `${here}/record-models.ts` };
  await withTests(importerTests, `${here}/sweep.ts`, compareAll, replacements);
}

/** @param {typeof import('./litert/sweep.ts')} module */
async function compareAll({ sweptModels, compareModel }) {
  const all = (await sweptModels()).filter(({ label }) => label.includes(text));
  const counts = { equal: 0, different: 0, refused: 0 };
  for (const swept of all) {
    const shapes = swept.inputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' ');
    /** @type {string[]} */
    const lines = [];
    let outcome = /** @type {keyof typeof counts} */ ('refused');
    // Until one agrees.
    for (const oracle of oracles) {
      if (outcome === 'equal') break;
      const result = await oracle.run(swept.bytes, swept.fileInputs);
      if (result instanceof Error) {
        lines.push(`  ${oracle.name} refuses it: ${result.message.split('\n').slice(0, 2).join('; ')}`);
        continue;
      }
      const differences = compareModel(swept, result).filter(({ mismatches }) => mismatches > 0);
      outcome = differences.length === 0 ? 'equal' : 'different';
      for (const { rounding, elements, mismatches, largest, worst } of differences) {
        const share = `${mismatches} of ${elements} differ by up to ${largest.toPrecision(3)}`;
        lines.push(`  ${oracle.name}: ${share} (${rounding}): ${worst}`);
      }
    }
    counts[outcome]++;
    if (outcome !== 'equal') console.log([`${swept.label} ${shapes}`, ...lines].join('\n'));
  }
  console.log(
    `${all.length} models: ${counts.equal} equal, ${counts.different} differ, ${counts.refused} refused by both`,
  );
}
