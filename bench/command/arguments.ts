import { Command, InvalidArgumentError, Option } from 'commander';
import { engines, type Engine } from '../../src/gpu/capabilities.ts';
import { type Scale, scales } from '../cases/select.ts';

/** What the command line asks for. */
export interface BenchArguments {
  readonly filter: readonly string[];
  readonly repeat: number;
  readonly engine?: Engine;
  readonly scale: Scale;
  readonly chosenOnly: boolean;
  /** Files of models to measure besides. */
  readonly model: readonly string[];
  /** Where to write the report. */
  readonly json?: string;
  /** What the library was built from, where git does not tell. */
  readonly commit?: string;
  readonly gpu?: 'hardware' | 'software' | 'auto';
}

const defaultRepeat = 9;

/**
 * @param argv the arguments after the program's name
 * @throws CommanderError on wrong usage, and after printing the help
 */
export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  const command = new Command('bench')
    .description('Measures kernels and models, and what fraction they are of what this device can do.')
    .option('--filter <text...>', 'only cases whose names contain one of these, such as gemm/int8', [])
    .option('--repeat <count>', 'samples of each variant', positiveInteger, defaultRepeat)
    .addOption(new Option('--engine <name>', 'only this int8 engine; all by default').choices(engines))
    .addOption(new Option('--scale <which>', 'which sizes').choices(scales).default('auto'))
    .option('--chosen-only', 'only what a session would take, not every kernel, engine and kind of pipelines', false)
    .option('--model <file...>', 'TFLite models to measure besides', [])
    .option('--json <file>', 'write the report (bench/README.md describes it)')
    .option('--commit <hash>', 'what is measured, where git does not tell')
    .addOption(new Option('--gpu <kind>', 'which adapter').choices(['hardware', 'software', 'auto']))
    .allowExcessArguments(false)
    .exitOverride();
  command.parse(argv, { from: 'user' });
  return command.opts<BenchArguments>();
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give an integer of at least 1.');
  return value;
}
