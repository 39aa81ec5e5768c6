import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';

/** Work shorter than this shows no progress bar. */
const quietMilliseconds = 1000;

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A remark beside the result, on standard error so that results can be piped. */
export function note(text: string): void {
  process.stderr.write(`${pc.yellow('note')}: ${text}\n`);
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Columns apart by spaces, without lines. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', mid: '', 'left-mid': '', 'mid-mid': '' };
  const chars = {
    ...none,
    'right-mid': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  };
  const table = new Table({
    chars: { ...chars, left: '', right: '', middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: columns.map(({ title }) => pc.bold(title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Layer names of converted models list all that was merged; the beginning and the end tell most. */
export function shortenName(name: string, length = 48): string {
  if (name.length <= length) return name;
  const head = Math.floor(length / 3);
  return `${name.slice(0, head)}…${name.slice(name.length - (length - head - 1))}`;
}

/** `3.4 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${formatCount(bytes)}B`;
}

/** `300.8 M`: a number with the prefix of its thousands. */
export function formatCount(count: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let value = count;
  let index = 0;
  while (value >= 999.95 && index < prefixes.length - 1) {
    value /= 1000;
    index++;
  }
  return index === 0 ? `${count} ` : `${value.toFixed(1)} ${prefixes[index]}`;
}

/** Three or four significant digits: 0.0123, 1.234, 123.4. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e7)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

export function formatMilliseconds(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms`;
}

/** Told how far the work is. */
export type ProgressReport = (done: number, total: number) => void;

/** Shows a bar on standard error when that is a terminal and the work takes over a second. */
export async function withProgress<T>(label: string, work: (report: ProgressReport) => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work(() => undefined);
  const bar = new SingleBar({
    format: `${label} {bar} {value}/{total}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  const start = performance.now();
  let isShown = false;
  try {
    return await work((done, total) => {
      if (isShown) bar.update(done);
      else if (performance.now() - start > quietMilliseconds && done < total) {
        bar.start(total, done);
        isShown = true;
      }
    });
  } finally {
    if (isShown) bar.stop();
  }
}
