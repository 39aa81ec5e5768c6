import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TEST_TIMEOUT_MILLISECONDS, type TestEvent } from './protocol.ts';

export interface Failure {
  readonly file: string;
  /** Names of the suites and of the test, or where else it happened. */
  readonly test: string;
  readonly message: string;
}

export interface FileReport {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that had no turn, because the process ended before. */
  readonly notRun: number;
  readonly milliseconds: number;
}

export interface FileOutcome {
  readonly report: FileReport;
  readonly failures: readonly Failure[];
  /** What the tests and the driver printed. */
  readonly output: string;
}

export interface TestFileOptions {
  /** Name in reports. */
  readonly file: string;
  /** Arguments of Node: the program that runs a test file, and what it takes. */
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** Without any event for so long, the process is ended: a driver may hang where no timer fires. */
  readonly silenceMilliseconds?: number;
}

/** Runs one test file in a process of its own, so that a driver that crashes or hangs costs that file only. */
export async function runTestFile(options: TestFileOptions): Promise<FileOutcome> {
  const { file, signal, silenceMilliseconds = TEST_TIMEOUT_MILLISECONDS + 60_000 } = options;
  const start = performance.now();
  const failures: Failure[] = [];
  let [planned, passed, failed, skipped] = [0, 0, 0, 0];
  let running: string | undefined;
  let isDone = false;
  let brokenLine: string | undefined;
  let output = '';

  // A pipe to read from, too, since a bare root may have no /dev/null.
  const child = spawn(process.execPath, options.args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], signal });
  child.stdin!.end();
  for (const stream of [child.stdout, child.stderr]) {
    stream!.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  let problem: string | undefined;
  const watchdog = setTimeout(() => {
    problem = `nothing happened for ${Math.round(silenceMilliseconds / 1000)} s: the process was ended`;
    child.kill('SIGKILL');
  }, silenceMilliseconds);

  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    watchdog.refresh();
    const event = parseEvent(line);
    if (event === undefined) brokenLine = line;
    else if (event.type === 'planned') planned = event.tests;
    else if (event.type === 'start') running = event.test;
    else if (event.type === 'end') {
      running = undefined;
      if (event.errors.length === 0) passed++;
      else failed++;
      for (const message of event.errors) failures.push({ file, test: event.test, message });
    } else if (event.type === 'error') failures.push({ file, test: event.where, message: event.message });
    else {
      isDone = true;
      skipped = event.skipped;
    }
  });
  await new Promise<void>((resolve) => {
    child.on('error', (error) => (problem ??= error.message));
    child.on('close', (code, killedBy) => {
      problem ??= killedBy === null ? `the process ended with code ${code}` : `the process was ended by ${killedBy}`;
      resolve();
    });
  });
  clearTimeout(watchdog);
  if (!isDone || brokenLine !== undefined) {
    if (running !== undefined) failed++;
    const broken = brokenLine === undefined ? '' : `; it told no whole event: ${brokenLine.slice(0, 200)}`;
    failures.push({ file, test: running ?? 'outside of any test', message: `${problem!}${broken}` });
  }
  const notRun = isDone ? 0 : Math.max(0, planned - passed - failed);
  const milliseconds = performance.now() - start;
  return { report: { file, passed, failed, skipped, notRun, milliseconds }, failures, output: output.trim() };
}

/** Undefined for what is no JSON: a process may end in the middle of a line. */
function parseEvent(line: string): TestEvent | undefined {
  try {
    return JSON.parse(line) as TestEvent;
  } catch {
    return undefined;
  }
}
