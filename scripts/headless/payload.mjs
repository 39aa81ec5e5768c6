import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { softwareGpu } from '../adapter-kind.mjs';
import { readDawn } from './native-parts.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const SOFTWARE_PACKAGE = 'node_modules/@sparticuz/chromium';
const SOFTWARE_ARCHIVE = `${SOFTWARE_PACKAGE}/bin/swiftshader.tar.br`;
const DAWN = 'node_modules/webgpu/dist/linux-x64/dawn.node';

/** What the installed packages bring. @type {readonly string[]} */
const FILES = [
  'node_modules/webgpu/package.json',
  'node_modules/webgpu/index.js',
  'node_modules/webgpu/LICENSE.md',
  'node_modules/gl-matrix/package.json',
  'node_modules/gl-matrix/LICENSE.md',
  'node_modules/gl-matrix/cjs',
  'LICENSE',
];
const SOFTWARE_FILES = [`${SOFTWARE_PACKAGE}/package.json`, `${SOFTWARE_PACKAGE}/LICENSE`, SOFTWARE_ARCHIVE];

/**
 * Copies the packages that the library imports, for this one platform.
 * @param {string} folder
 * @returns {Promise<{ folder: string, archive: string } | null>} where the software adapter is, and where the library will look
 *   for what is unpacked of it; null where its package is not installed
 */
export async function copyPackages(folder) {
  const unpacked = await (await softwareGpu()).unpackChromium('driver');
  for (const file of [...FILES, ...(unpacked === null ? [] : SOFTWARE_FILES)]) {
    await cp(path.join(root, file), path.join(folder, file), { recursive: true });
  }
  await mkdir(path.dirname(path.join(folder, DAWN)), { recursive: true });
  await writeFile(path.join(folder, DAWN), await readDawn(path.join(root, DAWN)));
  return unpacked === null ? null : { folder: path.relative(root, unpacked), archive: SOFTWARE_ARCHIVE };
}

/**
 * Writes package.json, by which programs find the library, and bundle.json, which says what is in the bundle.
 * @param {string} folder @param {{ folder: string, archive: string } | null} software
 */
export async function describeBundle(folder, software) {
  const readJson = async (/** @type {string} */ file) => JSON.parse(await readFile(path.join(root, file), 'utf8'));
  const { name, version, type, exports } = await readJson('package.json');
  const { version: dawn } = await readJson('node_modules/webgpu/package.json');
  const about = { quadot: version, commit: commit(), node: process.version, dawn, software };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name, version, type, exports }));
  await writeFile(path.join(folder, 'bundle.json'), JSON.stringify(about));
}

/** Of the repository; `+` marks changes that are not committed. */
function commit() {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    // Not a clone.
    return 'unknown';
  }
}
