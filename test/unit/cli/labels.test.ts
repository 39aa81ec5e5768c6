import { describe, expect, test } from 'vitest';
import { parseLabels } from '../../../src/cli/labels.ts';

describe('label files', () => {
  test('one name on each line, in order', () => {
    expect(parseLabels('background\ntench, Tinca tinca\ngoldfish\n')).toEqual([
      'background',
      'tench, Tinca tinca',
      'goldfish',
    ]);
  });

  test.each(['0 a\n2 c\n1 b', '0: a\n1: b\n2: c\n', '0,a\r\n1,b\r\n2,c\r\n\r\n', '  0  a\n  1  b\n  2  c'])(
    'an index in front of every name: %j',
    (text) => expect(parseLabels(text)).toEqual(['a', 'b', 'c']),
  );

  test('an index that is left out has no name', () => {
    expect(parseLabels('1 b\n3 d\n')).toEqual(['', 'b', '', 'd']);
  });

  test('a name may begin with a number when others do not', () => {
    expect(parseLabels('3 d printer\nlathe\n')).toEqual(['3 d printer', 'lathe']);
  });

  test('an empty line within keeps the count, one at the end does not add to it', () => {
    expect(parseLabels('a\n\nc\n\n')).toEqual(['a', '', 'c']);
    expect(parseLabels('\uFEFFa\nb')).toEqual(['a', 'b']);
    expect(parseLabels('')).toEqual([]);
  });

  test('what a terminal obeys is escaped', () => {
    expect(parseLabels('cat\u001b[2J\ndog\u202e\n')).toEqual(['cat\\u001b[2J', 'dog\\u202e']);
    expect(parseLabels('0 cat\u0007')).toEqual(['cat\\u0007']);
  });

  test('a line made of spaces takes no longer than another', () => {
    const spaces = ' '.repeat(200_000);
    const start = performance.now();
    expect(parseLabels(`1${spaces}\u2028${spaces}x`)).toHaveLength(2);
    expect(parseLabels(`1${spaces}\nlathe`)).toEqual(['1', 'lathe']);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('a huge index does not make a huge list', () => {
    expect(() => parseLabels('4294967295 a')).toThrow(/index 4294967295/);
  });
});
