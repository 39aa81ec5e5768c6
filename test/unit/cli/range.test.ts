import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { parseCount, parseRange } from '../../../src/cli/range.ts';

test('LOW,HIGH', () => {
  expect(parseRange('-1,1')).toEqual([-1, 1]);
  expect(parseRange('0, 255')).toEqual([0, 255]);
});

test('MEAN/DEVIATION, one number or three', () => {
  expect(parseRange('127.5/128')).toEqual({ mean: 127.5, deviation: 128 });
  expect(parseRange('1,2,3/4')).toEqual({ mean: [1, 2, 3], deviation: 4 });
  expect(parseRange('1,2,3/4,5,6')).toEqual({ mean: [1, 2, 3], deviation: [4, 5, 6] });
});

test.each(['', '1', '1,2,3', '1,1', 'a,b', '1,', '1,2/3', '1/2/3', '1/0', '0,Infinity', '1,2,3/4,5', '/'])(
  'refuses %j',
  (text) => expect(() => parseRange(text)).toThrow(InvalidArgumentError),
);

test('counts are whole and positive', () => {
  expect(parseCount('12')).toBe(12);
  for (const text of ['0', '-1', '1.5', 'x', '']) expect(() => parseCount(text)).toThrow(InvalidArgumentError);
});
