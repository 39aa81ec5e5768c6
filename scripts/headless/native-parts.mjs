import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { changeSymbolVersion, compareVersions, readNeeds, strip } from './elf.mjs';

/** What a machine must have, as the documentation says; Dawn asks for no less. */
const GLIBC = '2.34';
const GLIBCXX = '3.4.29';

/**
 * Dawn was compiled by GCC 11 and linked where libstdc++ is of GCC 12, and so its one call of `condition_variable::wait` asks
 * for that version, which systems with GCC 11 (RHEL 9, Amazon Linux 2023) do not have. This is the function's version
 * that GCC 11 has and that later ones keep.
 */
const WAIT = {
  symbol: '_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE',
  from: 'GLIBCXX_3.4.30',
  to: 'GLIBCXX_3.4.11',
};

/** @param {string} name @param {Buffer} bytes */
function checkNeeds(name, bytes) {
  const { versions } = readNeeds(bytes, name);
  for (const [set, limit] of Object.entries({ GLIBC, GLIBCXX })) {
    if (compareVersions(versions[set] ?? '0', limit) > 0) {
      throw new Error(`${name} needs ${set} ${versions[set]}; the bundle promises to run with ${limit}.`);
    }
  }
}

/** The Node that runs this, without debug information. */
export async function readNode() {
  const bytes = await readFile(process.execPath);
  const { libraries } = readNeeds(bytes, process.execPath);
  if (!libraries.includes('libc.so.6'))
    throw new Error(`${process.execPath} does not use glibc. Take Node from nodejs.org.`);
  checkNeeds(process.execPath, bytes);
  return strip(bytes, process.execPath);
}

/** @param {string} file */
export async function readDawn(file) {
  const bytes = await readFile(file);
  changeSymbolVersion(bytes, WAIT);
  checkNeeds(file, bytes);
  return strip(bytes, file);
}

/**
 * The C++ runtime of this machine, for machines without one, or with one too old for Dawn.
 * @returns {Promise<{ name: string, bytes: Buffer, glibc: string }[]>} each with the glibc it needs
 */
export async function readRuntimeLibraries() {
  const report = /** @type {{ sharedObjects: string[] }} */ (process.report.getReport());
  const files = report.sharedObjects.filter((file) =>
    /^(libstdc\+\+\.so\.6|libgcc_s\.so\.1)$/.test(path.basename(file)),
  );
  return Promise.all(
    files
      .filter((file) => existsSync(file))
      .map(async (file) => {
        const bytes = await readFile(file);
        return {
          name: path.basename(file),
          bytes: strip(bytes, file),
          glibc: readNeeds(bytes, file).versions['GLIBC'],
        };
      }),
  );
}
