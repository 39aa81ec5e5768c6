import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes the licences of the packages that a bundle contains beside it, as those licences ask.
 * @param {string} fileName
 * @returns {import('rolldown').Plugin}
 */
export function licensesPlugin(fileName) {
  return {
    name: 'licenses',
    async generateBundle(_options, bundle) {
      /** @type {Set<string>} */
      const packages = new Set();
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        for (const id of output.moduleIds) {
          const match = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id.replace(/^\0/, ''));
          if (match) packages.add(match[0]);
        }
      }
      if (packages.size === 0) return;
      const texts = await Promise.all([...packages].sort().map(licenseOf));
      this.emitFile({ type: 'asset', fileName, source: texts.join('\n') });
    },
  };
}

/** @param {string} directory */
async function licenseOf(directory) {
  const { name, version, license } = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(path.join(directory, file), 'utf8') : `License: ${license}\n`;
  return `== ${name} ${version} ==\n\n${text}`;
}
