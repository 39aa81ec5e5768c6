import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { pack } from 'tar-fs';
import { readNode, readRuntimeLibraries } from './native-parts.mjs';

/** What the whole folder may have: 45 MiB. */
export const LIMIT_BYTES = 45 * 2 ** 20;

/** Of 11. The last two steps take five times as long for a tenth less. */
const BROTLI_QUALITY = 9;

/**
 * Writes what run.sh unpacks. Node and the libraries that it needs are gzip, which every system can read, and all else is
 * Brotli, which Node reads and which is a fifth smaller.
 * @param {{ payload: string, output: string, isFast: boolean }} options
 * @returns {Promise<{ name: string, bytes: number }[]>} the size of each file
 */
export async function packParts({ payload, output, isFast }) {
  const zip = async (/** @type {string} */ name, /** @type {Buffer} */ bytes) =>
    writeFile(path.join(output, name), await gzip(bytes, isFast ? 1 : 9));

  const libraries = await readRuntimeLibraries();
  await mkdir(path.join(output, 'lib'));
  const [archive] = await Promise.all([
    packFolder(payload, isFast ? 1 : BROTLI_QUALITY),
    readNode().then((bytes) => zip('node.gz', bytes)),
    ...libraries.map(({ name, bytes }) => zip(`lib/${name}.gz`, bytes)),
  ]);
  await writeFile(path.join(output, 'payload.tar.br'), archive);

  const hash = createHash('sha256');
  const sizes = [];
  for (const name of await listFiles(output)) {
    const bytes = await readFile(path.join(output, name));
    hash.update(`${name}\0`).update(bytes);
    sizes.push({ name, bytes: bytes.length });
  }
  // Names the folder that this very bundle is unpacked to.
  await writeFile(path.join(output, 'id'), `${hash.digest('hex').slice(0, 16)}\n`);
  return [...sizes, { name: 'id', bytes: 17 }];
}

/** Paths of the files in a folder and below, in order. @param {string} folder */
async function listFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => path.relative(folder, path.join(file.parentPath, file.name))).sort();
}

/** By the program, whose best is 3 % smaller than that of Node's zlib. @param {Buffer} bytes @param {number} level */
async function gzip(bytes, level) {
  const child = spawn('gzip', ['-n', `-${level}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [zipped, [code]] = await Promise.all([
    buffer(child.stdout),
    once(child, 'close'),
    pipeline(Readable.from([bytes]), child.stdin),
  ]);
  if (code !== 0) throw new Error(`gzip ended with code ${code}.`);
  return zipped;
}

/** The same bytes for the same content. @param {string} folder @param {number} quality */
async function packFolder(folder, quality) {
  const map = (/** @type {import('tar-fs').Headers} */ header) => ({ ...header, uid: 0, gid: 0, mtime: new Date(0) });
  const tar = await buffer(pack(folder, { map, entries: await listFiles(folder) }));
  return promisify(brotliCompress)(tar, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: tar.length,
    },
  });
}

/** @param {{ name: string, bytes: number }[]} sizes */
export function formatSizes(sizes) {
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = [...sizes].sort((a, b) => b.bytes - a.bytes);
  const line = (/** @type {string} */ name, /** @type {number} */ bytes) =>
    `${(bytes / 2 ** 20).toFixed(2).padStart(6)} MiB  ${name}`;
  return [
    ...rows.map(({ name, bytes }) => line(name, bytes)),
    line(`in all, of ${LIMIT_BYTES / 2 ** 20} MiB`, total),
  ].join('\n');
}
