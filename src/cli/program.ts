import { createRequire } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import type { CommandContext, GpuKind } from './context.ts';
import { addDoctorCommand } from './doctor.ts';
import { addInspectCommand } from './inspect.ts';
import { printJson } from './output.ts';
import { addRunCommand } from './run.ts';
import { UsageError } from './usage-error.ts';

const exitCodes = { ok: 0, failure: 1, usage: 2 } as const;

/** What a command does with its arguments and its own options; resolves to whether all went well. */
export type Action<O> = (context: CommandContext, argument: string, options: O) => Promise<boolean>;

/**
 * Runs one command line.
 * @param argv the arguments after the program's name
 * @returns the exit code: 0 all well, 1 failure, 2 wrong usage
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  // A second Ctrl-C finds no listener and ends the process at once.
  process.once('SIGINT', () => abort.abort());
  let isJson = false;
  let isOk = true;
  const program = new Command('quadot')
    .description('Runs int8 and float neural networks on any WebGPU device.')
    .version(readVersion())
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });

  const define = <O>(command: Command, action: Action<O>): void => {
    command
      .option('--json', 'print JSON (docs/cli.md describes it)', false)
      .addOption(new Option('--gpu <kind>', 'which adapter').choices(['hardware', 'software', 'auto']).default('auto'))
      .exitOverride()
      .action(async (...parameters: unknown[]) => {
        const argument = command.registeredArguments.length > 0 ? (parameters[0] as string) : '';
        const { json, gpu, ...options } = command.opts<O & { json: boolean; gpu: GpuKind }>();
        isJson = json;
        const isGpuChosen = command.getOptionValueSource('gpu') === 'cli';
        isOk = await action(
          { isJson, gpu, isGpuChosen, signal: abort.signal, version: readVersion() },
          argument,
          options as O,
        );
      });
  };
  addDoctorCommand(program, define);
  addInspectCommand(program, define);
  addRunCommand(program, define);

  try {
    await program.parseAsync(argv, { from: 'user' });
    return isOk ? exitCodes.ok : exitCodes.failure;
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error, argv.includes('--json'));
    return report(error, isJson, abort.signal);
  }
}

/** Commander has printed its own message; asking for help or the version is not an error. */
function reportUsage({ code, exitCode, message }: CommanderError, isJson: boolean): number {
  if (exitCode === 0) return exitCodes.ok;
  if (isJson) printJson({ error: { name: 'UsageError', message } });
  // An option that takes several values swallows a model that comes after it.
  if (code === 'commander.missingArgument') console.error('The model stands first: quadot run MODEL --input FILE…');
  return exitCodes.usage;
}

function report(error: unknown, isJson: boolean, signal: AbortSignal): number {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const text = signal.aborted ? 'stopped.' : message;
  if (isJson) printJson({ error: { name, message: text } });
  if (process.env['QUADOT_DEBUG'] === '1') console.error(error);
  else console.error(`${pc.red(signal.aborted ? 'quadot' : name)}: ${text}`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
}

function readVersion(): string {
  // The package's own name leads to its package.json from the sources and from what is built of them.
  const { version } = createRequire(import.meta.url)('quadot/package.json') as { version: string };
  return version;
}
