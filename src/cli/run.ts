import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import {
  createSession,
  engines,
  QuadotError,
  readBytes,
  roundings,
  writeSafetensors,
  type Engine,
  type Fit,
  type Graph,
  type PixelRange,
  type Profile,
  type Rounding,
  type Session,
  type Tensor,
} from '../node/index.ts';
import { openCommandDevice, type CommandContext, type Define } from './context.ts';
import { parseLabels } from './labels.ts';
import { loadModel, type LoadedModel } from './load-model.ts';
import { note, withProgress } from './output.ts';
import { pixelRangeOf } from './pixel-range.ts';
import { parseCount, parseRange } from './range.ts';
import { printRun, recordLayer, type LayerRecord } from './run-report.ts';
import { batchOf, SampleRunner, type SampleResult } from './run-samples.ts';
import { readSamples, type Sample } from './samples.ts';

interface RunOptions {
  readonly input: readonly string[];
  readonly labels?: string;
  readonly top?: number;
  readonly range?: PixelRange;
  readonly bgr?: boolean;
  readonly fit: Fit;
  readonly output?: string;
  readonly rounding: Rounding;
  readonly engine?: Engine;
  readonly batch?: number;
  readonly stream?: boolean;
  readonly layers?: boolean;
  readonly profile?: boolean;
}

export function addRunCommand(program: Command, define: Define): void {
  const command = program
    .command('run')
    .description('Run a model on images or arrays')
    .argument('<model>', 'a .tflite file')
    .requiredOption('--input <file...>', 'images (.png .jpg .bmp), .npy, .safetensors, or raw little-endian .bin')
    .option('--labels <file>', 'names of the classes, one on each line; those of the model')
    .option('--top <count>', 'classes to print for each input; 5 of probabilities', parseCount)
    .option('--range <range>', 'reals that pixels become: LOW,HIGH or MEAN/DEVIATION; those of the model', parseRange)
    .option('--bgr', 'the model takes blue first')
    .addOption(
      new Option('--fit <way>', 'how images of another aspect ratio are fitted')
        .choices(['stretch', 'cover', 'contain'])
        .default('stretch'),
    )
    .option('--output <file>', 'write all outputs to a .safetensors file')
    .addOption(new Option('--rounding <mode>', 'how sums become int8').choices(roundings).default('float'))
    .addOption(new Option('--engine <engine>', 'the int8 engine; the fastest by default').choices(engines))
    .option('--batch <count>', 'inputs that one run takes', parseCount)
    .option('--stream', 'the inputs follow one another: what the model remembers goes from one to the next')
    .option('--layers', 'run the first input layer by layer and print each output’s range')
    .option('--profile', 'measure the time of each layer');
  define<RunOptions>(command, run);
}

async function run(context: CommandContext, file: string, options: RunOptions): Promise<boolean> {
  const model = await loadModel(file, { batch: options.batch });
  const { graph } = model;
  const samples = await readSamples(options.input, graph, batchOf(graph));
  const labels = await labelsOf(model, options.labels);
  const range = options.range ?? pixelRangeOf(model);
  checkPixelRange(context, graph, samples, range);

  using device = await openCommandDevice(context, options.engine);
  const { signal } = context;
  const { engine, rounding } = options;
  using session = await withProgress('kernels', (onProgress) =>
    createSession(device, graph, { engine, rounding, onProgress, signal }),
  );
  const channelOrder = options.bgr ? 'bgr' : 'rgb';
  using runner = await SampleRunner.create(session, samples, { range, fit: options.fit, channelOrder }, options.stream);
  // The first run pays for what drivers put off until then.
  await session.warmUp();
  const start = performance.now();
  const results = await withProgress('inputs', (onProgress) => runner.runAll(samples, signal, onProgress));
  const totalMilliseconds = performance.now() - start;
  const layers = options.layers ? await runLayers(session, runner, samples[0]) : undefined;
  const profile = options.profile ? await profileSession(session, runner, samples[0], signal) : undefined;
  if (options.output !== undefined) await writeOutputs(options.output, file, rounding, results);
  printRun(context, { model, device, session, results, totalMilliseconds, layers, profile, labels, top: options.top });
  return true;
}

/** Names of the classes by output: those of a file for every output, or each output's own of the model. */
async function labelsOf(
  { graph, metadata }: LoadedModel,
  file: string | undefined,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const given = file === undefined ? undefined : await readLabels(file);
  return Object.fromEntries(
    graph.outputs.flatMap((name, index) => {
      const labels = given ?? metadata?.outputs[index]?.labels;
      return labels === undefined ? [] : [[name, labels]];
    }),
  );
}

async function readLabels(file: string): Promise<readonly string[]> {
  const labels = parseLabels(new TextDecoder().decode(await readBytes(file)));
  if (labels.length === 0) throw new QuadotError(`${file}: there are no labels in it.`);
  return labels;
}

/** The codes of an 8-bit input say what pixels they stand for; those of a float input do not. */
function checkPixelRange(
  context: CommandContext,
  graph: Graph,
  samples: readonly Sample[],
  range: PixelRange | undefined,
): void {
  const hasImages = samples.some(({ decode }) => decode !== undefined);
  const isFloat = graph.values[graph.inputs[0]].dtype === 'float32';
  if (hasImages && isFloat && range === undefined && !context.isJson) {
    note('the model takes floats, and pixels are given to it as -1 to 1. Use --range if it expects others.');
  }
}

async function runLayers(session: Session, runner: SampleRunner, sample: Sample): Promise<LayerRecord[]> {
  const { inputs, release } = await runner.prepare([sample]);
  const records: LayerRecord[] = [];
  try {
    for await (const layer of session.layers(inputs)) records.push(recordLayer(layer, await layer.read()));
  } finally {
    release();
  }
  return records;
}

async function profileSession(
  session: Session,
  runner: SampleRunner,
  sample: Sample,
  signal: AbortSignal,
): Promise<Profile> {
  const { inputs, release } = await runner.prepare([sample]);
  try {
    return await session.profile(inputs, { signal });
  } finally {
    release();
  }
}

/** `output:NAME` for one sample, `output:NAME:0`, `output:NAME:1`, … for several; the metadata lists the samples. */
async function writeOutputs(
  file: string,
  model: string,
  rounding: Rounding,
  results: readonly SampleResult[],
): Promise<void> {
  const tensors: Record<string, Tensor> = {};
  for (const [index, { outputs }] of results.entries()) {
    const suffix = results.length === 1 ? '' : `:${index}`;
    for (const [name, tensor] of Object.entries(outputs)) tensors[`output:${name}${suffix}`] = tensor;
  }
  const inputs = JSON.stringify(results.map(({ name }) => name));
  const bytes = writeSafetensors(tensors, { model, rounding, inputs });
  try {
    await writeFile(file, bytes);
  } catch (cause) {
    throw new QuadotError(`${file}: ${(cause as Error).message}`, { cause });
  }
}
