import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeSymbolVersion, compareVersions, readNeeds, strip } from '../../../scripts/headless/elf.mjs';

const dawnFile = path.resolve(import.meta.dirname, '../../../node_modules/webgpu/dist/linux-x64/dawn.node');
const wait = {
  symbol: '_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE',
  from: 'GLIBCXX_3.4.30',
  to: 'GLIBCXX_3.4.11',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'quadot-elf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// The system's own loader is the judge of what is written.
describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('programs and libraries', () => {
  test('a program without its debug information is smaller and still runs', async () => {
    const bytes = await readFile(process.execPath);
    const stripped = strip(bytes, 'node');
    expect(stripped.length).toBeLessThan(bytes.length);
    const file = path.join(folder, 'node');
    await writeFile(file, stripped);
    await chmod(file, 0o755);
    expect(execFileSync(file, ['--version'], { encoding: 'utf8' }).trim()).toBe(process.version);
  });

  test('a library whose symbol version was changed still loads, and asks for no more than it says', async () => {
    const bytes = await readFile(dawnFile);
    expect(readNeeds(bytes, 'Dawn')).toMatchObject({ versions: { GLIBC: '2.34', GLIBCXX: '3.4.30' } });
    expect(readNeeds(bytes, 'Dawn').libraries).toContain('libstdc++.so.6');
    expect(changeSymbolVersion(bytes, { ...wait, symbol: '_ZSt4cout' })).toBe(false);
    expect(changeSymbolVersion(bytes, wait)).toBe(true);
    expect(changeSymbolVersion(bytes, wait)).toBe(false);
    expect(readNeeds(bytes, 'Dawn').versions['GLIBCXX']).toBe('3.4.29');
    const file = path.join(folder, 'dawn.node');
    await writeFile(file, strip(bytes, 'Dawn'));
    const program =
      'const m = { exports: {} }; process.dlopen(m, process.argv[1]); console.log(typeof m.exports.create)';
    const env = {
      ...process.env,
      LD_BIND_NOW: '1',
      LD_DEBUG: 'bindings',
      LD_DEBUG_OUTPUT: path.join(folder, 'bindings'),
    };
    const child = execFileSync(process.execPath, ['--eval', `console.log(process.pid); ${program}`, file], {
      env,
      encoding: 'utf8',
    });
    const [pid, type] = child.trim().split('\n');
    expect(type).toBe('function');
    const bindings = await readFile(path.join(folder, `bindings.${pid}`), 'utf8');
    const bound = bindings
      .split('\n')
      .filter((line) => line.includes(`binding file ${file} `) && line.includes(wait.symbol));
    expect(bound).toEqual([expect.stringContaining('[GLIBCXX_3.4.11]')]);
  });

  test('other files are refused', () => {
    expect(() => strip(Buffer.from('#!/bin/sh'), 'run.sh')).toThrow('run.sh is no x86-64 Linux program');
    expect(() => readNeeds(Buffer.alloc(100), 'zeros')).toThrow('zeros is no x86-64 Linux program');
  });
});

test('versions are numbers between dots', () => {
  expect(compareVersions('2.34', '2.4')).toBeGreaterThan(0);
  expect(compareVersions('3.4.9', '3.4.30')).toBeLessThan(0);
  expect(compareVersions('2.34', '2.34')).toBe(0);
});
