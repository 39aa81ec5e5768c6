// Writes docs/operators.md: which element types each op computes with, and which operators of file formats become it. Both
// are taken from the tests of ops and importers, whose bodies run without looking at what they expect, so that the page
// names what is tested. `--check` writes nothing and fails when the page is stale, or a test is missing.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { wgslPlugin } from './wgsl-plugin.mjs';

const root = path.resolve(import.meta.dirname, '..');
const page = path.join(root, 'docs/operators.md');
const here = path.join(root, 'scripts/operators');

/** What prepares operands or only moves elements; an operator that needs more than one other op is listed by itself. */
const helpers = new Set(['reshape', 'min-max', 'dynamic-scale', 'dynamic-quantize']);

/** @param {string} folder */
const testsIn = (folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(root, folder, file));

/** @returns {import('rolldown').Plugin} vitest and testOp are replaced by what only records */
function recordingPlugin() {
  return {
    name: 'recording',
    resolveId(source, importer) {
      if (source === 'vitest') return path.join(here, 'vitest-stub.ts');
      const isTestOp = source.endsWith('/test-op.ts') && importer !== path.join(here, 'record-cases.ts');
      return isTestOp ? path.join(here, 'record-cases.ts') : null;
    },
  };
}

/** @returns {Promise<import('./operators/report.ts').Report>} */
async function record() {
  mkdirSync(path.join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'build/operators-'));
  try {
    const entry = path.join(folder, 'entry.ts');
    // Damaged files show nothing of operators, and take long.
    const tests = [...testsIn('test/ops'), ...testsIn('test/unit/formats/tflite')].filter(
      (file) => !/hostile|metadata/.test(file),
    );
    const imports = [path.join(root, 'test/support/setup-ops.ts'), ...tests];
    const lines = imports.map((file) => `import ${JSON.stringify(file)};`);
    writeFileSync(entry, `${lines.join('\n')}\nexport { report } from ${JSON.stringify(`${here}/report.ts`)};\n`);
    const bundle = await rolldown({
      input: { entry },
      platform: 'node',
      external: ['webgpu', 'gl-matrix'],
      plugins: [recordingPlugin(), wgslPlugin()],
      // Tests are nothing but side effects.
      treeshake: false,
      onLog() {},
    });
    await bundle.write({ dir: folder, entryFileNames: '[name].mjs', codeSplitting: false });
    const { report } = await import(pathToFileURL(path.join(folder, 'entry.mjs')).href);
    return await report();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length), 3));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * Operators by the op that each becomes, as a whole or beside helpers, and those that never become a single one.
 * @param {Readonly<Record<string, readonly (readonly string[])[]>>} operators
 */
function sort(operators) {
  /** @type {Map<string, string[]>} */
  const byOp = new Map();
  /** @type {[string, string][]} */
  const composed = [];
  for (const [type, conversions] of Object.entries(operators).sort(([a], [b]) => a.localeCompare(b))) {
    const mains = conversions.map((made) => made.filter((op) => !helpers.has(op)));
    const singles = new Set(mains.filter((made) => made.length === 1).flat());
    // What becomes a helper, and nothing else.
    if (mains.flat().length === 0) for (const op of conversions.flat()) singles.add(op);
    for (const op of singles) byOp.set(op, [...(byOp.get(op) ?? []), type]);
    const longest = [...conversions].sort((a, b) => b.length - a.length)[0];
    const ops = longest.length === 0 ? 'a constant, at import' : longest.map((op) => `\`${op}\``).join(', ');
    if (singles.size === 0) composed.push([type, ops]);
  }
  return { byOp, composed };
}

/** @param {import('./operators/report.ts').Report} report */
function format({ ops, formats }) {
  const sorted = Object.entries(formats).map(([name, operators]) => ({ name, ...sort(operators) }));
  const plain = ['float32', 'int8', 'int32'];
  const rows = Object.entries(ops).map(([name, types]) => [
    `\`${name}\``,
    ...plain.map((type) => (types.includes(type) ? 'yes' : '')),
    types.filter((type) => !plain.includes(type)).join('; '),
    ...sorted.map(({ byOp }) => byOp.get(name)?.join(', ') ?? ''),
  ]);
  const sections = sorted.map(
    ({ name, composed }) => `## ${name}: operators that become several ops

As many as an operator was seen to become.

${table(['operator', 'ops'], composed)}
`,
  );
  return `# Operators

Generated by \`npm run docs:operators\` from the tests of ops and importers. Do not edit.

## Ops

Element types are those of what is computed. int8 stands for uint8, too, which becomes int8 when a graph is loaded; BOOL is
int32. \`x by w\` is a layer of inputs x and weights w, and \`to\` names the type of an output that has another: layers
\`int8 to float32\` have an input that was quantized at run time. [Number formats](number-formats.md) tells more of both.

${table(['op', ...plain, 'other types', ...sorted.map(({ name }) => name)], rows)}

${sections.join('\n')}`;
}

/**
 * @param {import('./operators/report.ts').Report} report
 * @returns the report, where nothing lacks a test
 */
function check(report) {
  const untested = [
    ...Object.entries(report.ops).map(([op, types]) => (types.length === 0 ? `op "${op}"` : '')),
    ...Object.entries(report.formats).flatMap(([format, operators]) =>
      Object.entries(operators).map(([type, made]) => (made.length === 0 ? `${format} ${type}` : '')),
    ),
  ].filter((name) => name !== '');
  if (untested.length === 0) return report;
  console.error(`No test shows what becomes of: ${untested.join(', ')}.`);
  process.exit(1);
}

const text = format(check(await record()));
if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = readFileSync(page, 'utf8');
  } catch {
    // Absent is stale.
  }
  if (current !== text) {
    console.error('Stale: docs/operators.md. Run: npm run docs:operators');
    process.exit(1);
  }
} else writeFileSync(page, text);
process.exit(0);
