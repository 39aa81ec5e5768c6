import { describe, expect, test } from 'vitest';
import { DeviceError, FormatError, printable, QuadotError } from '../../src/errors.ts';

test.each([
  ['plain text stays', 'conv/größe 例 😀', 'conv/größe 例 😀'],
  ['what a terminal obeys', 'a\u001b[2Jb\r\n\u0007', 'a\\u001b[2Jb\\u000d\\u000a\\u0007'],
  ['what turns the direction of text', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['line ends of other kinds', 'a\u0085b\u2028c', 'a\\u0085b\\u2028c'],
  ['half a surrogate pair', 'a\ud800b', 'a\\ud800b'],
])('printable: %s', (_, text, expected) => {
  expect(printable(text, 100)).toBe(expected);
});

test('printable: a long text loses its middle', () => {
  expect(printable(`begin${'-'.repeat(1000)}end`, 10)).toBe('begin… (998 more characters) …--end');
});

describe('a message', () => {
  test('keeps its lines, and escapes what a file brought', () => {
    const error = new FormatError('tflite: "\u001b[31m"\nsecond line');
    expect(error.message).toBe('tflite: "\\u001b[31m"\nsecond line');
    expect(error.stack).not.toContain('\u001b');
  });

  test('does not quote megabytes', () => {
    const error = new QuadotError(`tensor "${'x'.repeat(5_000_000)}" is damaged.`);
    expect(error.message.length).toBeLessThan(11_000);
    expect(error.message).toMatch(/^tensor "x+… \(\d+ more characters\) …x+" is damaged\.$/);
  });

  test('has the name of its class, its cause and its reason', () => {
    const cause = new Error('inner');
    const error = new DeviceError('gone', { cause, reason: 'lost' });
    expect(error).toMatchObject({ name: 'DeviceError', cause, reason: 'lost', message: 'gone' });
  });
});
