import { expect, test } from 'vitest';
import { tightenLines } from '../../../scripts/indentation-plugin.mjs';

test('removes indentation and joins what goes on', () => {
  const { text, places } = tightenLines('function f(a) {\n  return g(\n    a,\n    2\n  );\n}\n');
  expect(text).toBe('function f(a) {return g(a,2);}\n');
  expect(places[2]).toEqual({ line: 0, column: 'function f(a) {return g('.length, removed: 4 });
  expect(places[4]).toEqual({ line: 0, column: 'function f(a) {return g(a,2'.length, removed: 2 });
});

test('joins no line to a comment, and none beyond the longest', () => {
  expect(tightenLines('// see {\n  a();').text).toBe('// see {\na();');
  expect(tightenLines('a(\n  // why\n  b);').text).toBe('a(\n// why\nb);');
  const long = `a(${'b'.repeat(155)},`;
  expect(tightenLines(`${long}\n  cdefgh);`).text).toBe(`${long}\ncdefgh);`);
});
