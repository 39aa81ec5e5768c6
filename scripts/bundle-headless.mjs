// Writes the folder headless/: all that checks and benchmarks need on a bare x86-64 Linux machine. docs/headless.md says
// what is in it. `--output FOLDER` writes elsewhere; `--fast` compresses little and checks no size, for tests.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildBenchmarks,
  buildCommands,
  buildConformance,
  buildLibrary,
  buildUnpacker,
} from './headless/build-programs.mjs';
import { copyModels } from './headless/models.mjs';
import { copyPackages, describeBundle } from './headless/payload.mjs';
import { formatSizes, LIMIT_BYTES, packParts } from './headless/pack.mjs';

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error(
    `The bundle holds the Node that makes it, which must be for Linux x64, not ${process.platform} ${process.arch}.`,
  );
}
const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { output: { type: 'string' }, fast: { type: 'boolean', default: false } } });
const output = path.resolve(values.output ?? path.join(root, 'headless'));

const payload = await mkdtemp(path.join(os.tmpdir(), 'quadot-payload-'));
try {
  const tests = await buildConformance(path.join(payload, 'conformance'));
  const hasBenchmarks = await buildBenchmarks(path.join(payload, 'bench'));
  await buildLibrary(path.join(payload, 'dist'));
  await buildCommands(path.join(payload, 'headless'));
  const software = await copyPackages(payload);
  const models = await copyModels(payload);
  await describeBundle(payload, software);
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await buildUnpacker(path.join(output, 'unpack.mjs'));
  await cp(path.join(import.meta.dirname, 'headless/run.sh'), path.join(output, 'run.sh'));
  await cp(path.join(root, 'docs/headless.md'), path.join(output, 'README.md'));
  const sizes = await packParts({ payload, output, isFast: values.fast });

  console.log(formatSizes(sizes));
  console.log(
    `${tests} test files; ${hasBenchmarks ? 'benchmarks' : 'no benchmarks, for there is no bench/main.ts'}; models: ${models.present.join(', ') || 'none'}`,
  );
  if (models.missing.length > 0)
    console.log(`Not at hand, so without: ${models.missing.join(', ')} (CONTRIBUTING.md, "Models for tests")`);
  if (software === null) console.log('Without a software adapter: @sparticuz/chromium is not installed.');
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (!values.fast && total > LIMIT_BYTES) {
    throw new Error(
      `The bundle has ${total} bytes, ${total - LIMIT_BYTES} more than it may. Leave out models (scripts/headless/models.mjs).`,
    );
  }
} finally {
  await rm(payload, { recursive: true, force: true });
}
