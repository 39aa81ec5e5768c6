// Unpacks the bundle's archives beside the Node that runs this: node unpack.mjs BUNDLE TEMPORARY TARGET.
// Several processes may do this at once: each fills a folder of its own, and the first rename wins.
import { createReadStream, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract, type Headers } from 'tar-fs';
import type { Bundle } from './bundle.ts';

/** SwiftShader comes with OpenGL libraries of the names that drivers use. */
const UNUSED = /lib(EGL|GLESv2)\.so$/;

async function unpack(archive: string, folder: string): Promise<void> {
  const options = {
    ignore: (name: string) => UNUSED.test(name),
    // For root, tar-fs would give files to whoever owned them when they were packed.
    map: (header: Headers) => ({ ...header, uid: process.getuid!(), gid: process.getgid!() }),
  };
  await pipeline(createReadStream(archive), createBrotliDecompress(), extract(folder, options));
}

const [bundle, temporary, target] = process.argv.slice(2);
await unpack(path.join(bundle, 'payload.tar.br'), temporary);
const { software } = JSON.parse(readFileSync(path.join(temporary, 'bundle.json'), 'utf8')) as Bundle;
if (software !== null) await unpack(path.join(temporary, software.archive), path.join(temporary, software.folder));
try {
  renameSync(temporary, target);
} catch (error) {
  if (!existsSync(target)) throw error;
  rmSync(temporary, { recursive: true });
}
