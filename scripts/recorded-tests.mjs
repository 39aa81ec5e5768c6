// Runs test files for what they show rather than for what they expect: vitest is replaced by what only keeps their bodies.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { wgslPlugin } from './wgsl-plugin.mjs';

export const root = path.resolve(import.meta.dirname, '..');
const stub = path.join(root, 'scripts/operators/vitest-stub.ts');

/** @param {string} folder */
export const testsIn = (folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(root, folder, file));

/** The importers' tests, but those of damaged files, which show nothing of operators, and take long. */
export const importerTests = testsIn('test/unit/formats/tflite').filter((file) => !/hostile|metadata/.test(file));

/**
 * Bundles test files with a module, and imports that.
 * @param {readonly string[]} tests
 * @param {string} module which may import `bodies` of the stub
 * @param {(namespace: any) => Promise<void>} use is given the module
 * @param {Readonly<Record<string, string>>} replacements ends of imports, and the files that take their places for all but themselves
 */
export async function withTests(tests, module, use, replacements) {
  mkdirSync(path.join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'build/recorded-tests-'));
  try {
    const entry = path.join(folder, 'entry.ts');
    const imports = [path.join(root, 'test/support/setup-ops.ts'), ...tests];
    const lines = imports.map((file) => `import ${JSON.stringify(file)};`);
    writeFileSync(entry, `${lines.join('\n')}\nexport * from ${JSON.stringify(module)};\n`);
    const bundle = await rolldown({
      input: { entry },
      platform: 'node',
      external: ['webgpu', 'gl-matrix'],
      plugins: [recordingPlugin(replacements), wgslPlugin()],
      // Tests are nothing but side effects.
      treeshake: false,
      transform: { target: 'es2023' },
      onLog() {},
    });
    await bundle.write({ dir: folder, entryFileNames: '[name].mjs', codeSplitting: false });
    await use(await import(pathToFileURL(path.join(folder, 'entry.mjs')).href));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Readonly<Record<string, string>>} replacements
 * @returns {import('rolldown').Plugin}
 */
function recordingPlugin(replacements) {
  return {
    name: 'recording',
    resolveId(source, importer) {
      if (source === 'vitest') return stub;
      const found = Object.entries(replacements).find(([end, file]) => source.endsWith(end) && importer !== file);
      return found === undefined ? null : found[1];
    },
  };
}
