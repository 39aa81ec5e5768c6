import { indentationPlugin } from './scripts/indentation-plugin.mjs';
import { licensesPlugin } from './scripts/licenses-plugin.mjs';
import { wgslPlugin } from './scripts/wgsl-plugin.mjs';

// Class names stay, because an error's name is its class's.
// So do lines: Node prints the line of an uncaught error, which must not be the whole library.
const minify = {
  compress: true,
  mangle: { keepNames: { class: true, function: false } },
  codegen: { removeWhitespace: false },
};

/** @typedef {(id: string) => { importers: string[] } | null} InfoOf */

const moreOps = /\/src\/ops\/more-ops\.ts$/;

/**
 * Whether a module is there for the ops of `src/ops/more-ops.ts` only: shaders and functions that no other imports.
 * @param {string} id
 * @param {InfoOf} infoOf
 * @param {Map<string, boolean>} known
 * @returns {boolean}
 */
function isForMoreOps(id, infoOf, known) {
  if (moreOps.test(id)) return true;
  const found = known.get(id);
  if (found !== undefined) return found;
  known.set(id, false);
  const importers = infoOf(id)?.importers ?? [];
  const result = importers.length > 0 && importers.every((importer) => isForMoreOps(importer, infoOf, known));
  known.set(id, result);
  return result;
}

/** @type {Map<string, boolean>} */
const forMoreOps = new Map();

// A page loads the ops that most networks have, and the others when a model has one of them. What both need is a chunk of
// its own, so that neither has to run before the other; and the layers that bring the others along are one, too, so that
// who does not import them does not load what they import.
const chunks = {
  includeDependenciesRecursively: false,
  groups: [
    {
      debugName: 'ops',
      /** @param {string} id @param {{ getModuleInfo: InfoOf }} context */
      name: (id, context) =>
        isForMoreOps(id, (other) => context.getModuleInfo(other), forMoreOps) ? 'more-ops' : 'base',
      test: /\/(shaders|src\/(tensor|gpu|ops))\/|\/src\/errors\.ts$/,
    },
    {
      debugName: 'layers',
      name: 'more-layers',
      test: /\/src\/layers\/(attention|call-more|normalization|recurrent|transposed-convolution)\.ts$/,
    },
    { debugName: 'layers', name: 'layers', test: /\/src\/layers\// },
  ],
};

/** @type {import('rolldown').BuildOptions[]} */
export default [
  {
    // One build, so that all entries share one copy of each module: `instanceof DeviceError` holds across them.
    input: { index: 'src/index.ts', node: 'src/node/index.ts', cli: 'src/cli/main.ts' },
    preserveEntrySignatures: 'allow-extension',
    // Choosing chunks takes a second, which it reports as if something were wrong.
    checks: { pluginTimings: false },
    platform: 'node',
    external: ['webgpu', 'gl-matrix', 'sharp'],
    plugins: [wgslPlugin({ minify: true }), licensesPlugin('third-party-licenses.txt'), indentationPlugin()],
    // Node 20 and Safari do not know `using`.
    transform: { target: 'es2023' },
    // A shader's text would be copied into every place that tests it.
    optimization: { inlineConst: false },
    output: {
      dir: 'dist',
      cleanDir: true,
      chunkFileNames: 'chunks/[name]-[hash].js',
      codeSplitting: chunks,
      banner: (chunk) => (chunk.name === 'cli' ? '#!/usr/bin/env node' : ''),
      minify,
      comments: { legal: true, annotation: true, jsdoc: false },
      sourcemap: true,
    },
  },
  {
    // The main job, `npm start`, and what made its weights. They import the package by its name, so they run what is
    // published.
    input: { start: 'demos/digits/start.ts', train: 'demos/digits/train.ts' },
    platform: 'node',
    external: [/^quadot(\/|$)/, 'webgpu', 'gl-matrix', 'sharp'],
    plugins: [wgslPlugin()],
    transform: { target: 'es2023' },
    output: { dir: 'build', sourcemap: true },
  },
  {
    // The benchmark, in one file with the library: it measures what the public API does not show.
    input: { bench: 'bench/main.ts' },
    platform: 'node',
    external: ['webgpu', 'gl-matrix', 'sharp'],
    plugins: [wgslPlugin()],
    transform: { target: 'es2023' },
    output: { dir: 'build', sourcemap: true },
  },
];
