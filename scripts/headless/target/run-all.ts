import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { bundle, programs, root } from './bundle.ts';

interface Step {
  readonly name: string;
  /** Program and arguments. */
  readonly args: readonly string[];
  /** File of what it prints, shown as well. */
  readonly log: string;
  /** File of its standard output alone, which is then not shown. */
  readonly json?: string;
}

/**
 * Doctor, conformance and benchmarks, one after another, also after one failed.
 * @param options.about what every log begins with
 * @returns exit code: 0 when all of them passed
 */
export async function runAll(
  [folder, ...rest]: readonly string[],
  { environment, about }: { environment: NodeJS.ProcessEnv; about: string },
): Promise<number> {
  if (folder === undefined || rest.length > 0) {
    console.error('run.sh: all takes one folder, for its logs: ./run.sh all results');
    return 2;
  }
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
      args: [...programs.bench, '--json', file('bench.json'), '--commit', bundle.commit],
      log: file('bench.log'),
    },
  ];
  const lines: string[] = [];
  let exitCode = 0;
  for (const step of steps) {
    if (!existsSync(path.join(root, step.args[0]))) {
      lines.push(`${step.name.padEnd(16)} not in this bundle`);
      continue;
    }
    const start = performance.now();
    const outcome = await runStep(step, environment, about);
    if (outcome !== null) exitCode = 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    lines.push(
      `${step.name.padEnd(16)} ${outcome === null ? 'passed' : `FAILED (${outcome})`} in ${seconds} s: ${step.log}`,
    );
  }
  const summary = `${about}\n\n${lines.join('\n')}\n`;
  writeFileSync(file('summary.txt'), summary);
  console.log(`\n${summary}`);
  return exitCode;
}

/** @returns what went wrong, or null */
async function runStep(step: Step, env: NodeJS.ProcessEnv, about: string): Promise<string | null> {
  const [program, ...args] = step.args;
  const log = createWriteStream(step.log, { flags: 'a' });
  const json = step.json === undefined ? null : createWriteStream(step.json);
  const show = (text: string): void => {
    process.stdout.write(text);
    log.write(text);
  };
  log.write(`${about}\n`);
  show(`\n== ${step.name}\n`);
  const child = spawn(process.execPath, [path.join(root, program), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (json ? json.write(text) : show(text)));
  child.stderr.setEncoding('utf8').on('data', show);
  const outcome = await new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? null : signal === null ? `exit code ${code}` : signal));
  });
  if (outcome !== null) show(`${step.name} failed: ${outcome}\n`);
  for (const stream of [log, json]) if (stream !== null) await finished(stream.end());
  return outcome;
}
