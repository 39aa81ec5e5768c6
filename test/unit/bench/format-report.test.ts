import { expect, test } from 'vitest';
import { formatReport } from '../../../bench/command/format-report.ts';

test('what fits into a line stays there; several objects have a line each', () => {
  const report = {
    name: 'a',
    list: [1, 2],
    rows: [
      { a: 1, b: null },
      { a: 2, b: true },
    ],
    none: {},
    one: [{ a: 1, b: 2 }],
  };
  expect(formatReport(report)).toBe(`{
  "name": "a",
  "list": [1, 2],
  "rows": [
    { "a": 1, "b": null },
    { "a": 2, "b": true }
  ],
  "none": {},
  "one": [{ "a": 1, "b": 2 }]
}
`);
});

test('numbers keep five digits, counts all', () => {
  expect(JSON.parse(formatReport({ seconds: 0.00012345678, speed: 1234567.89, count: 123456789 }))).toEqual({
    seconds: 0.00012346,
    speed: 1234600,
    count: 123456789,
  });
});

test('no line is wider than 120 columns, and one of 120 stays', () => {
  const wide = (length: number) => formatReport({ values: { a: 'x'.repeat(length) }, last: 0, rows: [{}, {}] });
  const fitting = 120 - '  "values": { "a": "" },'.length;
  expect(wide(fitting)).toContain('"values": { "a": "xxx');
  expect(wide(fitting + 1)).toContain('"values": {\n    "a": "xxx');
});

test('what is undefined is left out', () => {
  expect(formatReport({ a: undefined, b: 1, c: 'x'.repeat(120) })).not.toContain('"a"');
});
