import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const script = path.join(root, 'scripts/headless/run.sh');
let folder: string;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** With nothing but PATH in the environment. */
function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: '/usr/bin:/bin', ...env } };
    execFile(file, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

beforeAll(async () => {
  await mkdir(path.join(root, 'build'), { recursive: true });
  folder = await mkdtemp(path.join(root, 'build', 'headless-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('run.sh', () => {
  test('help is no error, and wrong usage exits with 2', async () => {
    expect(await run(script, ['help'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('conformance'),
    });
    expect(await run(script, [])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage') });
    for (const [args, env, message] of [
      [['frobnicate'], {}, /no command "frobnicate"/],
      [['--gpu', 'quantum', 'doctor'], {}, /"quantum"\. Use hardware, software or auto/],
      [['doctor'], { QUADOT_GPU: 'quantum' }, /"quantum"/],
    ] as const) {
      const outcome = await run(script, args, env);
      expect(outcome).toMatchObject({ code: 2, stdout: '' });
      expect(outcome.stderr).toMatch(message);
    }
  });

  test('refuses machines that it is not for', async () => {
    await mkdir(path.join(folder, 'bin'));
    await writeFile(path.join(folder, 'bin/uname'), '#!/bin/sh\n[ "$1" = -m ] && echo aarch64 || echo Linux\n');
    await chmod(path.join(folder, 'bin/uname'), 0o755);
    const outcome = await run(script, ['doctor'], { PATH: `${folder}/bin:/usr/bin:/bin` });
    expect(outcome).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining('this machine is Linux aarch64') });
  });
});

const hasSoftware = existsSync(path.join(root, 'node_modules/@sparticuz/chromium'));
const canBundle = process.platform === 'linux' && process.arch === 'x64' && hasSoftware;

describe.skipIf(!canBundle)('the bundle', () => {
  const bundle = (file: string): string => path.join(folder, 'headless', file);
  const runBundle = (...args: string[]): Promise<Outcome> => run(bundle('run.sh'), ['--gpu', 'software', ...args]);

  beforeAll(async () => {
    const args = [path.join(root, 'scripts/bundle-headless.mjs'), '--fast', '--output', path.join(folder, 'headless')];
    const outcome = await run(process.execPath, args);
    if (outcome.code !== 0) throw new Error(outcome.stderr);
  }, 120_000);

  test('runs tests on the software adapter', async () => {
    const outcome = await runBundle('conformance', 'ops/relu', 'gpu/memory', '--json', 'report.json');
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringMatching(/software adapter: .*SwiftShader/) });
    expect(outcome.stdout).toMatch(/pass {2}ops\/relu +\d+ passed/);
    const report = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as Record<string, unknown>;
    expect(report).toMatchObject({ passed: true, failures: [], adapter: { kind: 'software' } });
    expect(report['files']).toMatchObject([{ file: 'gpu/memory' }, { file: 'ops/relu' }]);
  });

  test('says which op, kernel, case and seed failed', async () => {
    const [id] = await readdir(bundle('.unpacked'));
    const chunks = bundle(`.unpacked/${id}/conformance/chunks`);
    const good = path.join(folder, 'good-chunks');
    await cp(chunks, good, { recursive: true });
    let changed = 0;
    for (const file of await readdir(chunks)) {
      const text = await readFile(path.join(chunks, file), 'utf8');
      const broken = text.replaceAll('clampValues(x[index])', '-clampValues(x[index])');
      if (broken !== text) changed++;
      await writeFile(path.join(chunks, file), broken);
    }
    expect(changed).toBeGreaterThan(0);
    const outcome = await runBundle('conformance', 'ops/relu');
    await cp(good, chunks, { recursive: true });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(
      /relu kernel \S+ \(.*\), case ".*", seed \d+, output output0: \d+ of \d+ values differ/,
    );
  });

  test('wrong usage of conformance exits with 2, and no match is no success', async () => {
    for (const [args, message] of [
      [['ops/relu', 'ops/nothing'], /no test file has "ops\/nothing" in its name\. There are: .*ops\/relu/],
      [['--jobs', 'many'], /--jobs is "many"/],
      [['--lane', 'fast'], /--lane is "fast"\. There are: .*default-limits/],
      [['--name', '('], /Invalid regular expression/],
    ] as const) {
      const outcome = await runBundle('conformance', ...args);
      expect(outcome.code).toBe(2);
      expect(outcome.stderr).toMatch(message);
    }
    expect(await runBundle('all')).toMatchObject({ code: 2, stderr: expect.stringContaining('takes one folder') });
    expect(await runBundle('conformance', 'ops/relu', '--name', 'no such test')).toMatchObject({ code: 1 });
  });

  test('runs tests on a device with the default limits', async () => {
    const outcome = await runBundle('conformance', 'ops/relu', '--lane', 'default-limits', '--json', 'report.json');
    expect(outcome).toMatchObject({ code: 0 });
    const report = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as unknown;
    expect(report).toMatchObject({ passed: true, lane: 'default-limits' });
  });

  test('runs the command line', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await runBundle('cli', '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
