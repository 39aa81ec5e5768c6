import type { Command } from 'commander';
import pc from 'picocolors';
import {
  DeviceError,
  inspectGraph,
  type Device,
  type GraphLayer,
  type GraphSummary,
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
  const model = await loadModel(file);
  using device = await openIfPossible(context);
  const summary = inspectGraph(model.graph, device);
  if (context.isJson) printJson(toJson(model, summary, device));
  else show(model, summary, device);
  return true;
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

function toJson({ file, format, fileBytes }: LoadedModel, summary: GraphSummary, device: Device | undefined): object {
  return {
    model: { file, format, fileBytes },
    device: device === undefined ? null : { name: deviceName(device), engine: device.engine },
    ...summary,
  };
}

function show({ file, format, fileBytes }: LoadedModel, summary: GraphSummary, device: Device | undefined): void {
  print(`${pc.bold(file)}  ${format}, ${formatBytes(fileBytes)}`);
  for (const [name, type] of Object.entries(summary.inputs))
    print(`${pc.bold('input')}   ${name}  ${describeType(type)}`);
  for (const [name, type] of Object.entries(summary.outputs))
    print(`${pc.bold('output')}  ${name}  ${describeType(type)}`);
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
    ...(device === undefined ? [] : [{ title: 'kernel' }]),
  ];
  print(
    formatTable(
      columns,
      summary.layers.map((layer) => [...row(layer), ...(device === undefined ? [] : [layer.kernel ?? ''])]),
    ),
  );
  print();
  const { layers, constantBytes, multiplyAccumulates } = summary;
  print(
    `${layers.length} layers, ${formatBytes(constantBytes)} of constants, ${formatCount(multiplyAccumulates)} multiply-accumulates`.replace(
      '  ',
      ' ',
    ),
  );
  if (device !== undefined) print(`kernels for ${deviceName(device)}, engine ${device.engine}`);
}

function row(layer: GraphLayer): string[] {
  const { quantization } = layer;
  return [
    shortenName(layer.name),
    layer.op,
    layer.shape.join('x'),
    layer.dtype,
    quantization === undefined ? '' : span(quantization.scales),
    quantization === undefined ? '' : span(quantization.zeroPoints),
    layer.constantBytes === 0 ? '' : formatBytes(layer.constantBytes),
    formatBytes(layer.outputBytes),
    layer.multiplyAccumulates === 0 ? '' : formatCount(layer.multiplyAccumulates).trim(),
  ];
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
