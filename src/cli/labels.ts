import { FormatError, printable } from '../node/index.ts';

/** Far above any model's number of classes. */
const maxIndex = 1_000_000;

const maxLabelLength = 1000;

/** A line that begins with its number: `286 Egyptian cat`, `286: Egyptian cat`, `286,Egyptian cat`. */
const numbered = /^(\d+)(?:\s*[:,]|\s)(.*)$/s;

/**
 * Names of classes by index: one on each line, in order, or each with its number in front when every line has one.
 * @param text the label file's content
 * @throws FormatError for binary data, and for an index that no model has
 */
export function parseLabels(text: string): readonly string[] {
  if (text.includes('\0'))
    throw new FormatError('labels: the file holds binary data. Give a text file with one name a line.');
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const matches = lines.filter((line) => line !== '').map((line) => numbered.exec(line));
  if (matches.length === 0 || matches.some((match) => match === null)) return lines.map(asLabel);
  const labels: string[] = [];
  for (const match of matches) {
    const [, index, label] = match!;
    if (Number(index) > maxIndex)
      throw new FormatError(`labels: the index ${index} of "${label}" is beyond ${maxIndex}.`);
    labels[Number(index)] = asLabel(label);
  }
  return Array.from(labels, (label) => label ?? '');
}

/** What a terminal can show. */
function asLabel(text: string): string {
  return printable(text.trim(), maxLabelLength);
}
