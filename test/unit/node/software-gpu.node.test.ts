import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { DeviceError } from '../../../src/errors.ts';
import { unpackChromium } from '../../../src/node/software-gpu.ts';

const own = process.cwd();
afterEach(() => process.chdir(own));

test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'a folder that cannot be written to is an error with the way out',
  async () => {
    const project = await mkdtemp(path.join(os.tmpdir(), 'quadot-'));
    try {
      const bin = path.join(project, 'node_modules/@sparticuz/chromium/bin');
      await mkdir(bin, { recursive: true });
      await writeFile(path.join(bin, '../package.json'), '{ "version": "1.2.3" }');
      await writeFile(path.join(bin, 'swiftshader.tar.br'), brotliCompressSync(new Uint8Array(1024)));
      await mkdir(path.join(project, 'node_modules/tar-fs'));
      await writeFile(path.join(project, 'node_modules/tar-fs/index.js'), 'exports.extract = () => null;');
      // What cannot be a folder, even for a user who may write everywhere.
      await writeFile(path.join(project, 'node_modules/.cache'), '');
      process.chdir(project);
      const failure = unpackChromium('driver');
      await expect(failure).rejects.toThrow(DeviceError);
      await expect(failure).rejects.toMatchObject({
        reason: 'unavailable',
        message: expect.stringMatching(
          /cannot be unpacked into .*Let a user who may write there run once, or free space/,
        ),
      });
    } finally {
      process.chdir(own);
      await rm(project, { recursive: true, force: true });
    }
  },
);
