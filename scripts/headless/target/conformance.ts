// Runs the bundled test files, several at a time, and reports what differs: conformance.js [FILE…] [--name REGEX] [--lane LANE]
// [--jobs COUNT] [--json FILE]. Exit code 0: all passed; 1: something failed; 2: wrong usage.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, root } from './bundle.ts';
import { type FileOutcome, type FileReport, runTestFile } from './run-test-file.ts';

const folder = path.join(root, 'conformance');
const FOLDERS = ['ops', 'models', 'gpu'];
/** What takes longest begins first, so that it is not alone at the end. */
const LONGEST = ['ops/conv2d', 'models/tflite-goldens', 'ops/matmul', 'ops/depthwise-conv2d'];

function listFiles(): string[] {
  const files = FOLDERS.filter((name) => existsSync(path.join(folder, name))).flatMap((name) =>
    readdirSync(path.join(folder, name))
      .filter((file) => file.endsWith('.test.js'))
      .sort()
      .map((file) => `${name}/${file.slice(0, -'.test.js'.length)}`),
  );
  return [...LONGEST.filter((file) => files.includes(file)), ...files.filter((file) => !LONGEST.includes(file))];
}

/** The files with one of the patterns in their names, all without patterns. */
function chooseFiles(patterns: readonly string[]): string[] {
  const files = listFiles();
  const useless = patterns.find((pattern) => !files.some((file) => file.includes(pattern)));
  if (useless !== undefined) usageError(`no test file has "${useless}" in its name. There are: ${files.join(', ')}.`);
  return patterns.length === 0 ? files : files.filter((file) => patterns.some((pattern) => file.includes(pattern)));
}

function usageError(message: string): never {
  console.error(`conformance: ${message}`);
  process.exit(2);
}

interface Arguments {
  readonly files: readonly string[];
  /** What a test's name must match. */
  readonly name: string | undefined;
  /** The file that prepares a process for its tests. */
  readonly setup: string;
  readonly jobs: number;
  readonly json: string | undefined;
}

// A software adapter uses every core for one test, and a GPU is fed by few processes.
const defaultJobs = Math.min(8, Math.max(1, Math.floor(os.availableParallelism() / 2)));

function parseArguments(): Arguments {
  const string = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { name: string, lane: { ...string, default: 'everything' }, jobs: string, json: string },
    });
    const { name, lane, json } = values;
    if (name !== undefined) void new RegExp(name);
    const jobs = Number(values.jobs ?? defaultJobs);
    if (!Number.isInteger(jobs) || jobs < 1) usageError(`--jobs is "${values.jobs}". Give a whole number from 1.`);
    const lanes = readdirSync(path.join(folder, 'setup')).map((file) => path.parse(file).name);
    if (!lanes.includes(lane)) usageError(`--lane is "${lane}". There are: ${lanes.join(', ')}.`);
    return { files: chooseFiles(positionals), name, setup: path.join(folder, 'setup', `${lane}.js`), jobs, json };
  } catch (error) {
    usageError((error as Error).message);
  }
}

type Counts = { -readonly [Key in 'passed' | 'failed' | 'skipped' | 'notRun']: FileReport[Key] };

function formatCounts({ passed, failed, skipped, notRun }: Counts): string {
  const others = Object.entries({ failed, skipped, 'not run': notRun }).filter(([, count]) => count > 0);
  return [`${passed} passed`, ...others.map(([name, count]) => `${count} ${name}`)].join(', ');
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const indent = (text: string, by: string): string => text.replace(/^/gm, by);

function print({ report, failures, output }: FileOutcome): void {
  const verdict = failures.length > 0 ? 'FAIL' : 'pass';
  console.log(`${verdict}  ${report.file.padEnd(24)} ${formatCounts(report)}, ${seconds(report.milliseconds)}`);
  for (const { test, message } of failures) console.log(indent(`${test}\n${indent(message, '  ')}`, '      '));
  if (output !== '') console.log(indent(output, '      | '));
}

const { files, name, setup, jobs, json } = parseArguments();
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());

const start = performance.now();
const program = path.join(folder, 'test-file.js');
const outcomes: FileOutcome[] = [];
const queue = [...files];
const runners = Array.from({ length: jobs }, async () => {
  for (let file = queue.shift(); file !== undefined && !abort.signal.aborted; file = queue.shift()) {
    const args = [program, setup, path.join(folder, `${file}.test.js`), ...(name === undefined ? [] : [name])];
    const outcome = await runTestFile({ file, args, signal: abort.signal });
    outcomes.push(outcome);
    print(outcome);
  }
});
await Promise.all(runners);

const milliseconds = performance.now() - start;
const reports = outcomes.map(({ report }) => report).sort((a, b) => (a.file < b.file ? -1 : 1));
const failures = outcomes.flatMap((outcome) => outcome.failures);
const total: Counts = { passed: 0, failed: 0, skipped: 0, notRun: 0 };
for (const report of reports)
  for (const key of ['passed', 'failed', 'skipped', 'notRun'] as const) total[key] += report[key];
// A name that no test has checks nothing.
const isPassed = failures.length === 0 && reports.length === files.length && total.passed > 0;
console.log(
  `\n${isPassed ? 'Passed' : 'FAILED'}: ${formatCounts(total)}; ${reports.length} of ${files.length} files in ${seconds(milliseconds)}, ${jobs} at a time.`,
);
if (json !== undefined) {
  const adapter = JSON.parse(process.env['QUADOT_HEADLESS_ADAPTER'] ?? 'null') as unknown;
  const lane = path.parse(setup).name;
  const summary = { ...bundle, adapter, lane, passed: isPassed, total, milliseconds, jobs, files: reports, failures };
  writeFileSync(json, `${JSON.stringify(summary, null, 2)}\n`);
}
process.exitCode = isPassed ? 0 : 1;
