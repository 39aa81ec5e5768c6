import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { programs, root } from './bundle.ts';

interface Step {
  readonly name: string;
  /** Program and arguments. */
  readonly args: readonly string[];
  /** File of what it prints, shown as well. */
  readonly log: string;
  /** File of its standard output alone, which is then not shown. */
  readonly json?: string;
}

/** On the CPU all of them take hours. */
const FEWER_BENCHMARKS = ['--scale', 'small', '--chosen-only'];

/** What there is to say in short, for who sees no more than the folder. */
export function writeSummary(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'summary.txt'), `${text}\n`);
}

/**
 * Doctor, conformance and benchmarks, one after another, also after one failed.
 * @param folder for the logs
 * @param options.about what every log begins with
 * @returns exit code: 0 when all of them passed
 */
export async function runAll(
  folder: string,
  { environment, about, isSoftware }: { environment: NodeJS.ProcessEnv; about: string; isSoftware: boolean },
): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const file = (name: string): string => path.join(folder, name);
  const steps: Step[] = [
    { name: 'doctor', args: programs.doctor, log: file('doctor.log') },
    { name: 'doctor --json', args: [...programs.doctor, '--json'], log: file('doctor.log'), json: file('doctor.json') },
    {
      name: 'conformance',
      args: [...programs.conformance, '--json', file('conformance.json')],
      log: file('conformance.log'),
    },
    {
      name: 'bench',
      args: [...programs.bench, ...(isSoftware ? FEWER_BENCHMARKS : []), '--json', file('bench.json')],
      log: file('bench.log'),
    },
  ];
  // Two steps may share a log; what an earlier run left is not theirs.
  for (const { log } of steps) rmSync(log, { force: true });
  let summary = `${about}\n`;
  let exitCode = 0;
  for (const step of steps) {
    const outcome = await runStep(step, environment, about);
    if (outcome.isFailure) exitCode = 1;
    summary += `\n${step.name.padEnd(16)} ${outcome.text}`;
    // After each, in case the next one is cut short.
    writeSummary(folder, summary);
  }
  console.log(`\n${summary}`);
  return exitCode;
}

async function runStep(
  step: Step,
  env: NodeJS.ProcessEnv,
  about: string,
): Promise<{ readonly isFailure: boolean; readonly text: string }> {
  const [program, ...args] = step.args;
  if (!existsSync(path.join(root, program))) return { isFailure: false, text: 'not in this bundle' };
  const start = performance.now();
  const log = createWriteStream(step.log, { flags: 'a' });
  const json = step.json === undefined ? null : createWriteStream(step.json);
  const show = (text: string): void => {
    process.stdout.write(text);
    log.write(text);
  };
  log.write(`${about}\n`);
  show(`\n== ${step.name}\n`);
  const child = spawn(process.execPath, [path.join(root, program), ...args], { env, stdio: 'pipe' });
  child.stdin.end();
  child.stdout.setEncoding('utf8').on('data', (text: string) => (json ? json.write(text) : show(text)));
  child.stderr.setEncoding('utf8').on('data', show);
  const problem = await new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? null : signal === null ? `exit code ${code}` : signal));
  });
  const verdict = problem === null ? 'passed' : `FAILED (${problem})`;
  const text = `${verdict} in ${((performance.now() - start) / 1000).toFixed(1)} s`;
  show(`${step.name} ${text}\n`);
  for (const stream of [log, json]) if (stream !== null) await finished(stream.end());
  return { isFailure: problem !== null, text };
}
