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

/** @type {import('rolldown').BuildOptions[]} */
export default [
  {
    // One build, so that all entries share one copy of each module: `instanceof DeviceError` holds across them.
    input: { index: 'src/index.ts', node: 'src/node/index.ts', cli: 'src/cli/main.ts' },
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
