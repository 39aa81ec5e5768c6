import { readFile } from 'node:fs/promises';

/**
 * Removes comments and needless whitespace from WGSL, except the `//#import name` lines, which the host resolves.
 *
 * Line breaks stay, because an import line ends at one, and because compiler messages that name a line remain readable.
 * WGSL has no string literals, so a comment opener is always a comment. Block comments nest.
 * @param {string} text
 * @returns {string}
 */
export function minifyWgsl(text) {
  let code = '';
  let position = 0;
  while (position < text.length) {
    if (text.startsWith('//', position)) {
      const end = text.indexOf('\n', position);
      const line = text.slice(position, end < 0 ? text.length : end);
      if (line.startsWith('//#')) code += line;
      position += line.length;
    } else if (text.startsWith('/*', position)) {
      position = blockCommentEnd(text, position);
      // A comment separates tokens just as a space does.
      code += ' ';
    } else {
      code += text[position++];
    }
  }
  return code
    .split('\n')
    .map((line) => (line.trimStart().startsWith('//#') ? line.trim() : squeeze(line)))
    .filter((line) => line !== '')
    .join('\n');
}

/** @param {string} text @param {number} start */
function blockCommentEnd(text, start) {
  let depth = 0;
  for (let position = start; position < text.length; position++) {
    if (text.startsWith('/*', position)) {
      depth++;
      position++;
    } else if (text.startsWith('*/', position)) {
      depth--;
      position++;
      if (depth === 0) return position + 1;
    }
  }
  throw new Error(`Unclosed block comment in WGSL at offset ${start}.`);
}

/**
 * Drops the spaces beside punctuation and operators that can join no other token. Two of minus or slash in a row keep
 * theirs, since `a - -b` is not `a--b`, and so do comparisons, which could be taken for the brackets of a type.
 * @param {string} line
 */
function squeeze(line) {
  return line
    .replace(/\s+/g, ' ')
    .replace(/(?<![-/]) ([-/]) (?![-/*])/g, '$1')
    .replace(/ ?([,;:{}()[\]]|[=+*%|&^]+) ?/g, '$1')
    .trim();
}

/**
 * Imports `*.wgsl` as text, in Vite (verbatim) and in Rolldown (`minify` for what is published).
 * @param {{ minify?: boolean }} [options]
 */
export function wgslPlugin({ minify = false } = {}) {
  return {
    name: 'wgsl',
    // Before Vite's own asset handling.
    enforce: /** @type {const} */ ('pre'),
    /** @param {string} id */
    async load(id) {
      if (!id.endsWith('.wgsl')) return null;
      const text = await readFile(id, 'utf8');
      return {
        code: `export default ${JSON.stringify(minify ? minifyWgsl(text) : text)};`,
        moduleType: /** @type {const} */ ('js'),
        map: null,
      };
    },
  };
}
