import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = process.env['QUADOT_MODELS'] ?? path.resolve(import.meta.dirname, '../../../shared');

/**
 * The path of a file or folder of the models and data that lie beside the repository, in `../shared` or where
 * QUADOT_MODELS points. Without it a test has nothing to check, so it says what it skips; in CI that is an error.
 * @param parts folders and file under the shared folder, such as `'models', 'movenet'`
 * @returns null when it is not there: use `test.skipIf(path === null)`
 */
export function sharedPath(...parts: string[]): string | null {
  const file = path.join(ROOT, ...parts);
  if (existsSync(file)) return file;
  const missing = `${file} is not there. Put the shared folder beside the repository, or set QUADOT_MODELS to it.`;
  if (process.env['CI']) throw new Error(missing);
  console.warn(`Skipped what needs ${path.join(...parts)}: ${missing}`);
  return null;
}
