import { printable, UnsupportedOpError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { batchShapes, withBatch } from '../../graph/propagate-shapes.ts';
import { loadMoreOps, withMore } from '../../ops/registry.ts';
import type { Shape } from '../../tensor/shape.ts';
import { fileBytes } from '../bytes.ts';
import { UnsupportedReport } from '../unsupported.ts';
import { familyOf, loadMoreFamilies, operatorsOf } from './families.ts';
import { GraphBuilder } from './graph-builder.ts';
import { readModel, type FileModel, type FileTensor } from './model.ts';
import { OperatorReader, type OperatorFamily } from './operator.ts';
import { describeTensor, tensorDType } from './tensor.ts';

export interface TfliteImportOptions {
  /** Name of the graph; the file's own name for it, or "model", when absent. */
  readonly name?: string;
  /**
   * New size of the first axis of every input, and of what follows from it. Some graphs, those with a `fixedBatch`, can be
   * given another batch here only.
   */
  readonly batch?: number;
}

const MAXIMUM_VERSION_LENGTH = 100;

const SUBGRAPH_CALLERS: ReadonlySet<string> = new Set(['IF', 'WHILE', 'CALL', 'CALL_ONCE']);

/**
 * A TFLite model (float32, 8-bit codes, or a mixture, of schema version 3) as a Graph. Values keep the names of the file's tensors,
 * nodes are in the file's order and named after their output. Of several subgraphs the first is read.
 * - Layers with float inputs and int8 weights quantize their input at run time, as TFLite does.
 * - float16 weights stay float16; the layers compute in float32.
 * - 16-bit codes become real numbers, inputs and outputs of the model included, and are computed with in float32.
 * @param bytes the whole file
 * @returns activations [N, H, W, C], convolution weights [O, kH, kW, C], linear weights [N, K], as in the file
 * @throws FormatError when the file is damaged or not TFLite
 * @throws ShapeError when shapes do not fit together, or do not allow the batch
 * @throws UnsupportedOpError naming every operator, element type and use that this library does not have
 */
export function importTflite(bytes: Uint8Array | ArrayBuffer, options: TfliteImportOptions = {}): Promise<Graph> {
  return withMore(
    () => tfliteGraph(bytes, options),
    () => Promise.all([loadMoreOps(), loadMoreFamilies()]),
  );
}

/** Does what `importTflite` does, when all that the model needs is loaded. */
export function tfliteGraph(bytes: Uint8Array | ArrayBuffer, options: TfliteImportOptions = {}): Graph {
  const model = readModel(fileBytes(bytes));
  const name = options.name ?? (model.subgraphName === '' ? 'model' : model.subgraphName);
  const graph = buildGraph(model, name);
  if (options.batch === undefined) return graph;
  if (graph.fixedBatch === undefined) return withBatch(graph, options.batch);
  return buildGraph(resized(model, Object.values(batchShapes(graph, options.batch))), name);
}

/** The model for inputs of other shapes, whatever sizes the file gives what follows from them. */
function resized(model: FileModel, shapes: readonly Shape[]): FileModel {
  const sizes = new Map(model.inputs.map(({ index }, position) => [index, shapes[position]]));
  const tensors = model.tensors.map((tensor): FileTensor => {
    const shape = sizes.get(tensor.index);
    if (shape !== undefined) return { ...tensor, shape, dynamicAxes: [] };
    return tensor.data === undefined ? { ...tensor, dynamicAxes: [...tensor.shape.keys()] } : tensor;
  });
  const of = ({ index }: FileTensor): FileTensor => tensors[index];
  return {
    ...model,
    tensors,
    inputs: model.inputs.map(of),
    outputs: model.outputs.map(of),
    operators: model.operators.map((operator) => ({
      ...operator,
      inputs: operator.inputs.map((tensor) => tensor && of(tensor)),
      outputs: operator.outputs.map(of),
    })),
  };
}

/**
 * Builds one operator after the other, since what one computes of shapes alone may say how the next one works. After the
 * first that cannot be built the others are only read, so that all that is unsupported comes in one error.
 */
function buildGraph(model: FileModel, name: string): Graph {
  const report = new UnsupportedReport();
  const builder = new GraphBuilder(model);
  let failure: { readonly error: unknown } | undefined;
  const attempt = (build: () => void): void => {
    if (failure !== undefined || !report.isEmpty) return;
    try {
      build();
    } catch (error) {
      failure = { error };
    }
  };
  for (const tensor of model.inputs) {
    checkTensor(tensor, report);
    // Of an open axis the file holds a 1, unless a size was chosen when it was converted.
    const open = tensor.dynamicAxes.filter((axis) => axis > 0 && tensor.shape[axis] <= 1);
    if (open.length > 0) report.tensor(`the open size of axis ${open.join(' and ')}`, describeTensor(tensor));
    attempt(() => builder.input(tensor));
  }
  for (const operator of operatorsOf(model)) {
    const { type, customCode } = operator;
    const family = familyOf(operator);
    if (family === undefined) {
      report.operator(customCode === '' ? type : `${type} "${customCode}"`);
      continue;
    }
    const reader = new OperatorReader(operator, family, builder);
    const values = operator.inputs.filter((_, position) => !family.parameters?.includes(position));
    const supported = [...values, ...reader.outputs].map(
      (tensor) => tensor === undefined || checkTensor(tensor, report, family),
    );
    if (supported.includes(false)) continue;
    try {
      const convert = family.read(reader);
      const { where, following } = reader;
      attempt(() => builder.operator(operator, family, (types) => ({ ...convert(types), following }), where));
    } catch (error) {
      if (!(error instanceof UnsupportedOpError)) throw error;
      // What is computed of shapes is not known without what was not built.
      const isBuilt = failure === undefined && report.isEmpty;
      if (isBuilt || !reader.lacksParameter) report.use(error.message);
    }
  }
  for (const tensor of model.outputs) checkTensor(tensor, report);
  const callsSubgraphs = model.operators.some(({ type }) => SUBGRAPH_CALLERS.has(type));
  report.throwIfAny(
    `tflite "${name}"`,
    callsSubgraphs ? ` The file has ${model.subgraphCount} subgraphs; only the first is run.` : '',
  );
  if (failure !== undefined) throw failure.error;
  return builder.finish({ name, metadata: metadataOf(model), inputs: model.inputs, outputs: model.outputs });
}

/**
 * Whether the tensor can be a value of a graph; if not, it is reported.
 * @param family of its operator; absent for what goes into the graph or comes out
 */
function checkTensor(tensor: FileTensor, report: UnsupportedReport, family?: OperatorFamily): boolean {
  const dtype = tensorDType(tensor);
  const isInt32 = dtype === 'int32' && tensor.data === undefined;
  const problem =
    dtype === undefined ||
    (isInt32 && family !== undefined && family.takesInt32 !== true) ||
    (dtype === 'float16' && family?.takesFloat16 !== true)
      ? `the element type ${tensor.type}`
      : tensor.isSparse
        ? 'the sparse encoding'
        : tensor.isVariable
          ? 'the state between runs'
          : tensor.hasQuantizationDetails
            ? 'the quantization other than by scale and zero point'
            : undefined;
  if (problem !== undefined) report.tensor(problem, describeTensor(tensor));
  return problem === undefined;
}

function metadataOf(model: FileModel): Record<string, string> {
  const { description, metadata } = model;
  // Text padded with zero bytes.
  const stored = new TextDecoder().decode(metadata.get('min_runtime_version')).replace(/\0.*$/s, '');
  const minimumRuntimeVersion = printable(stored, MAXIMUM_VERSION_LENGTH);
  const hasInt16 = model.tensors.some(({ type, data }) => type === 'INT16' && data === undefined);
  return {
    'tflite.version': String(model.version),
    ...(description !== '' && { 'tflite.description': description }),
    ...(minimumRuntimeVersion !== '' && { 'tflite.minimumRuntimeVersion': minimumRuntimeVersion }),
    ...(hasInt16 && { 'tflite.int16': 'computed in float32; inputs and outputs are real numbers' }),
  };
}
