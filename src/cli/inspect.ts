import type { Command } from 'commander';
import pc from 'picocolors';
import {
  DeviceError,
  inspectGraph,
  type Device,
  type GraphLayer,
  type Graph,
  type GraphSummary,
  type ModelMetadata,
  type TensorMetadata,
  type TensorType,
} from '../node/index.ts';
import { deviceName, openCommandDevice, type CommandContext, type Define } from './context.ts';
import { loadModel, type LoadedModel } from './load-model.ts';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatTable,
  note,
  print,
  printJson,
  shortenName,
  type Column,
} from './output.ts';

export function addInspectCommand(program: Command, define: Define): void {
  define(
    program
      .command('inspect')
      .description('The layers of a model, their sizes and costs')
      .argument('<model>', 'a .tflite file'),
    (context, file) => inspect(context, file),
  );
}

async function inspect(context: CommandContext, file: string): Promise<boolean> {
  const model = await loadModel(file, { keepsUnsupported: true });
  using device = await openIfPossible(context);
  const summary = inspectGraph(model.graph, device);
  if (context.isJson) printJson(toJson(model, summary, device));
  else show(model, summary, device);
  return Object.keys(summary.unsupported).length === 0;
}

/** Only the choice of kernels needs a device, so none is no error unless the user asked for a kind. */
async function openIfPossible(context: CommandContext): Promise<Device | undefined> {
  try {
    return await openCommandDevice(context);
  } catch (error) {
    if (context.isGpuChosen || !(error instanceof DeviceError)) throw error;
    if (!context.isJson) note('no GPU here, so the kernels are left out.');
    return undefined;
  }
}

function toJson(model: LoadedModel, summary: GraphSummary, device: Device | undefined): object {
  const { file, format, fileBytes, metadata = null } = model;
  return {
    model: { file, format, fileBytes },
    metadata,
    device: device === undefined ? null : { name: deviceName(device), engine: device.engine },
    ...summary,
  };
}

function show(model: LoadedModel, summary: GraphSummary, device: Device | undefined): void {
  const { file, format, fileBytes, graph, metadata } = model;
  print(`${pc.bold(file)}  ${format}, ${formatBytes(fileBytes)}`);
  for (const line of describeModel(graph.metadata, metadata)) print(line);
  const states = Object.entries(summary.states);
  // An output may be one for its own sake, too.
  const remembered = new Set(
    states.flatMap(([input, output]) => (output === `${input}/next` ? [input, output] : [input])),
  );
  for (const [title, types, said] of [
    ['input', summary.inputs, metadata?.inputs],
    ['output', summary.outputs, metadata?.outputs],
  ] as const) {
    for (const [index, [name, type]] of Object.entries(types).entries()) {
      if (remembered.has(name)) continue;
      print(`${pc.bold(title.padEnd(6))}  ${name}  ${describeType(type)}`);
      const line = said?.[index] && describeTensor(said[index]);
      if (line) print(`        ${line}`);
    }
  }
  for (const [input, output] of states) {
    print(`${pc.bold('state')}   ${input}  ${describeType(summary.inputs[input])}, next ${output}`);
  }
  print();
  const columns: Column[] = [
    { title: 'layer' },
    { title: 'op' },
    { title: 'shape' },
    { title: 'type' },
    { title: 'scale' },
    { title: 'zero', align: 'right' },
    { title: 'constants', align: 'right' },
    { title: 'output', align: 'right' },
    { title: 'MAC', align: 'right' },
    { title: 'kernel' },
  ];
  const { layers, constantBytes, multiplyAccumulates, unsupported } = summary;
  print(formatTable(columns, layers.map(coloredRow)));
  print();
  print(
    `${layers.length} layers, ${formatBytes(constantBytes)} of constants, ${formatCount(multiplyAccumulates)} multiply-accumulates`.replace(
      '  ',
      ' ',
    ),
  );
  if (device !== undefined) print(`kernels for ${deviceName(device)}, engine ${device.engine}`);
  const counts = Object.entries(unsupported).map(([op, count]) => `${op} ×${count}`);
  if (counts.length === 0) return;
  print(pc.red(`not supported: ${counts.join(', ')}`));
  for (const line of describeReasons(layers)) print(`  ${line}`);
}

/** Why operators are not supported, each reason once. */
function describeReasons(layers: readonly GraphLayer[]): string[] {
  const lines = layers.flatMap(({ op, kernel, reason }) => {
    if (kernel !== 'unsupported') return [];
    const why = reason ?? 'no kernel computes it as the model uses it';
    // A reason that begins with the operator says where it is, too.
    return [why.startsWith(op) ? why : `${op}: ${why}`];
  });
  return [...new Set(lines)];
}

function coloredRow(layer: GraphLayer): string[] {
  const cells = row(layer);
  if (layer.kernel === 'unsupported') return cells.map(pc.red);
  return layer.kernel === 'unknown' ? cells.map(pc.yellow) : cells;
}

function row(layer: GraphLayer): string[] {
  const { quantization } = layer;
  return [
    shortenName(layer.name),
    layer.op,
    layer.shape.join('x'),
    layer.weights === undefined || layer.weights === layer.dtype ? layer.dtype : `${layer.dtype} by ${layer.weights}`,
    quantization === undefined ? '' : span(quantization.scales),
    quantization === undefined ? '' : span(quantization.zeroPoints),
    layer.constantBytes === 0 ? '' : formatBytes(layer.constantBytes),
    formatBytes(layer.outputBytes),
    layer.multiplyAccumulates === 0 ? '' : formatCount(layer.multiplyAccumulates).trim(),
    layer.kernel ?? '',
  ];
}

/** What the author says of the model, and what the import changed. */
function describeModel(notes: Graph['metadata'], metadata: ModelMetadata | undefined): string[] {
  const { name = '', version = '', description = '', author = '', license = '' } = metadata ?? {};
  const title = [name, version].filter((part) => part !== '').join(' ');
  const int16 = notes['tflite.int16'];
  return [
    [title, description].filter((part) => part !== '').join(': '),
    author && `by ${author}`,
    license && `license ${license}`,
    int16 && `16-bit values are ${int16}`,
  ].filter((line) => line !== undefined && line !== '') as string[];
}

/** How a tensor is to be understood, in one line. */
function describeTensor(tensor: TensorMetadata): string {
  const { name, description, content, colorSpace, normalization, labels, valueLabels } = tensor;
  const list = (values: readonly number[]): string => values.map(formatNumber).join(' ');
  const names = labels ?? valueLabels;
  return [
    [name, description.replace(/\.$/, '')].filter((part) => part !== '').join(': '),
    [content, colorSpace].filter((part) => part !== undefined).join(' '),
    normalization && `(x - ${list(normalization.mean)}) / ${list(normalization.deviation)}`,
    names && `${names.length} labels: ${JSON.stringify(names[0])}, …`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('; ');
}

function describeType({ dtype, shape, quantization }: TensorType): string {
  const codes = quantization && `, scale ${span(quantization.scales)}, zero point ${span(quantization.zeroPoints)}`;
  return `${dtype} [${shape.join(', ')}]${codes ?? ''}`;
}

/** One number, or the smallest and largest of several. */
function span(values: readonly number[]): string {
  let [low] = values;
  let high = low;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low === high ? formatNumber(low) : `${formatNumber(low)} to ${formatNumber(high)}`;
}
