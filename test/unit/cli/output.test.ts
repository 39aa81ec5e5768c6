import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatNumber, formatTable, shortenName } from '../../../src/cli/output.ts';

test('sizes and counts', () => {
  expect([0, 999, 1000, 999_949, 999_950, 3_400_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '3.4 MB',
  ]);
  expect([12, 300_760_000].map(formatCount)).toEqual(['12 ', '300.8 M']);
});

test('numbers keep four digits', () => {
  expect([0, 1, -0.12345, 123.456, 0.00001234, 12345678, Number.NaN].map(formatNumber)).toEqual([
    '0',
    '1',
    '-0.1235',
    '123.5',
    '1.23e-5',
    '1.23e+7',
    'NaN',
  ]);
});

test('long names keep both ends', () => {
  expect(shortenName('short')).toBe('short');
  const shortened = shortenName(`begin${'x'.repeat(100)}end`, 20);
  expect(shortened).toHaveLength(20);
  expect(shortened).toMatch(/^begin.*…x*end$/);
});

test('tables align their columns and end lines without spaces', () => {
  const table = formatTable(
    [{ title: 'a' }, { title: 'b', align: 'right' }],
    [
      ['one', '1'],
      ['x', '100'],
    ],
  );
  expect(stripVTControlCharacters(table).split('\n')).toEqual(['a      b', 'one    1', 'x    100']);
});
