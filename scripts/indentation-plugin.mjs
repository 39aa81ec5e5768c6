import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';

/** No line that is joined from several becomes longer: Node prints the line of an uncaught error. */
const longestLine = 160;

/**
 * Removes the indentation of what a build wrote, joins lines where a statement goes on, and moves the source maps along.
 * Not all in one line, as minifiers have it: Node prints the line of an uncaught error, which must not be the whole
 * library. No string of this library depends on how its lines begin.
 * @returns {import('rolldown').Plugin}
 */
export function indentationPlugin() {
  return {
    name: 'indentation',
    async writeBundle({ dir = '.' }, bundle) {
      const files = Object.keys(bundle).filter((file) => file.endsWith('.js'));
      await Promise.all(files.map((file) => tightenFile(path.join(dir, file))));
    },
  };
}

/** @param {string} file */
async function tightenFile(file) {
  const { text, places } = tightenLines(await readFile(file, 'utf8'));
  await writeFile(file, text);
  const mapFile = `${file}.map`;
  if (!existsSync(mapFile)) return;
  const map = JSON.parse(await readFile(mapFile, 'utf8'));
  /** @type {import('@jridgewell/sourcemap-codec').SourceMapMappings} */
  const moved = text.split('\n').map(() => []);
  decode(map.mappings).forEach((segments, index) => {
    const place = places[index];
    if (place === undefined) return;
    for (const segment of segments) {
      const copy = /** @type {typeof segment} */ ([...segment]);
      copy[0] = Math.max(0, copy[0] - place.removed) + place.column;
      moved[place.line].push(copy);
    }
  });
  await writeFile(mapFile, JSON.stringify({ ...map, mappings: encode(moved) }));
}

/**
 * @param {string} code
 * @returns {{ text: string, places: { line: number, column: number, removed: number }[] }} the code with fewer and
 *   shorter lines, and for each line where it went: its new line, the column it begins at, and how much indentation it
 *   lost
 */
export function tightenLines(code) {
  /** @type {string[]} */
  const lines = [];
  const places = code.split('\n').map((line) => {
    const trimmed = line.trimStart();
    const last = lines.at(-1);
    const isComment = /^\/[/*]/.test(trimmed) || (last !== undefined && /^\/[/*]/.test(last));
    // After an opening bracket or an operator, and before a closing bracket.
    const goesOn = last !== undefined && !isComment && (/[{([,=?:&|]$/.test(last) || /^[})\]]/.test(trimmed));
    if (goesOn && last.length + trimmed.length <= longestLine) lines[lines.length - 1] = last + trimmed;
    else lines.push(trimmed);
    const target = lines.length - 1;
    return { line: target, column: lines[target].length - trimmed.length, removed: line.length - trimmed.length };
  });
  return { text: lines.join('\n'), places };
}
