import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = process.env['QUADOT_MODELS'] ?? path.resolve(import.meta.dirname, '../../../shared');

let hasTold = false;

/**
 * The path of a file or folder of the models and data that lie beside the repository, in `../shared` or where
 * QUADOT_MODELS points. Without it a test has nothing to check, so it says once that it skips;
 * with QUADOT_REQUIRE_MODELS, as in this project's own CI, that is an error.
 * @param parts folders and file under the shared folder, such as `'models', 'movenet'`
 * @returns null when it is not there: use `test.skipIf(path === null)`
 */
export function sharedPath(...parts: string[]): string | null {
  const file = path.join(ROOT, ...parts);
  if (existsSync(file)) return file;
  if (process.env['QUADOT_REQUIRE_MODELS']) {
    throw new Error(`${file} is not there. Put the models' folder at ../shared, or set QUADOT_MODELS to it.`);
  }
  if (!hasTold)
    console.warn(`Skipped: no ${path.join(...parts)} in ${ROOT}. See "Models for tests" in CONTRIBUTING.md.`);
  hasTold = true;
  return null;
}
