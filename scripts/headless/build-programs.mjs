import { existsSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { rolldown } from 'rolldown';
import config from '../../rolldown.config.mjs';
import { wgslPlugin } from '../wgsl-plugin.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const target = path.join(import.meta.dirname, 'target');

/** What the programs find in the bundle by name. */
const PROVIDED = ['webgpu', 'gl-matrix', 'quadot', 'quadot/node'];

/** Tests of models that judge the device and need nothing but the models; the others judge importers, or need images. */
const MODEL_TESTS = ['tflite-goldens', 'small-bindings'];

/** What a test sees of the device: all of it, or what a phone has; as in vitest.config.ts. */
const LANES = [
  ['everything', 'setup-node'],
  ['default-limits', 'setup-default-limits'],
  ['compatibility', 'setup-compatibility'],
];

/**
 * Bundles with Rolldown, and makes sure that all it leaves to be imported is in the bundle.
 * @param {import('rolldown').InputOptions} input
 * @param {import('rolldown').OutputOptions} output
 */
async function bundle(input, output) {
  const build = await rolldown({ cwd: root, platform: 'node', transform: { target: 'es2023' }, ...input });
  const { output: chunks } = await build.write({ ...output, sourcemap: false });
  await build.close();
  const files = new Set(chunks.map(({ fileName }) => fileName));
  for (const chunk of chunks) {
    if (chunk.type !== 'chunk') continue;
    const foreign = chunk.imports.find(
      (name) => !files.has(name) && !PROVIDED.includes(name) && !builtinModules.includes(name.replace(/^node:/, '')),
    );
    if (foreign !== undefined) {
      const modules = chunk.moduleIds.map((id) => path.relative(root, id)).join(', ');
      throw new Error(`${chunk.fileName} imports "${foreign}", which is not in the bundle. It was made of ${modules}.`);
    }
  }
}

/** @param {string} folder @param {(name: string) => boolean} [accept] */
function testsOf(folder, accept = () => true) {
  return readdirSync(path.join(root, 'test', folder))
    .filter((file) => file.endsWith('.test.ts') && accept(file.slice(0, -'.test.ts'.length)))
    .map((file) => [`${folder}/${file.slice(0, -'.ts'.length)}`, `test/${folder}/${file}`]);
}

/** The library and the command line as they are published. @param {string} folder */
export async function buildLibrary(folder) {
  const [{ output, ...input }] = config;
  await bundle(input, { ...output, dir: folder });
}

/** The tests that judge a device, with what runs them. @param {string} folder */
export async function buildConformance(folder) {
  const tests = [...testsOf('ops'), ...testsOf('gpu'), ...testsOf('models', (name) => MODEL_TESTS.includes(name))];
  await bundle(
    {
      input: {
        'test-file': path.join(target, 'test-file.ts'),
        ...Object.fromEntries(LANES.map(([lane, setup]) => [`setup/${lane}`, `test/support/${setup}.ts`])),
        ...Object.fromEntries(tests),
      },
      external: ['webgpu', 'gl-matrix', 'sharp'],
      // package.json says of all files that importing them does nothing; of these that is not so.
      treeshake: { moduleSideEffects: [{ test: /\/test\/support\//, sideEffects: true }] },
      // The shaders as they are published.
      plugins: [wgslPlugin({ minify: true })],
    },
    { dir: folder, chunkFileNames: 'chunks/[name]-[hash].js' },
  );
  return tests.length;
}

/** The benchmarks; false where the repository has none. @param {string} folder */
export async function buildBenchmarks(folder) {
  if (!existsSync(path.join(root, 'bench/main.ts'))) return false;
  const external = [/^quadot(\/|$)/, 'webgpu', 'gl-matrix', 'sharp'];
  await bundle({ input: 'bench/main.ts', external, plugins: [wgslPlugin({ minify: true })] }, { dir: folder });
  return true;
}

/** What carries out the commands of run.sh. @param {string} folder */
export async function buildCommands(folder) {
  const names = ['main', 'find-adapter', 'conformance'];
  const input = Object.fromEntries(names.map((name) => [name, path.join(target, `${name}.ts`)]));
  await bundle({ input, external: [/^quadot(\/|$)/] }, { dir: folder, chunkFileNames: '[name]-[hash].js' });
}

/** What unpacks the rest, alone in a file. @param {string} file */
export async function buildUnpacker(file) {
  await bundle({ input: path.join(target, 'unpack.ts') }, { file, minify: true });
}
