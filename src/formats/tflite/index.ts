import { OpNotLoadedError, printable, QuadotError, UnsupportedOpError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { batchShapes, withBatch } from '../../graph/propagate-shapes.ts';
import { loadMoreOps, withMore } from '../../ops/registry.ts';
import type { Shape } from '../../tensor/shape.ts';
import { fileBytes } from '../bytes.ts';
import { UnsupportedReport } from '../unsupported.ts';
import { familyOf, loadMoreFamilies, mergedModel } from './families.ts';
import { GraphBuilder } from './graph-builder.ts';
import { readModel, type FileModel, type FileOperator, type FileTensor } from './model.ts';
import { type Continuation, type Convert, OperatorReader, type OperatorFamily } from './operator.ts';
import { describeTensor, tensorDType } from './tensor.ts';

export interface TfliteImportOptions {
  /** Name of the graph; the file's own name for it, or "model", when absent. */
  readonly name?: string;
  /**
   * New size of the first axis of every input, and of what follows from it. Some graphs, those with a `fixedBatch`, can be
   * given another batch here only.
   */
  readonly batch?: number;
  /**
   * Gives a graph also for a model with operators that this library does not have, to be looked at by `inspectGraph`: nodes
   * of the op `unsupported` stand for them. It cannot run.
   */
  readonly keepsUnsupported?: boolean;
}

const MAXIMUM_VERSION_LENGTH = 100;

/** Operators that subgraphs come to, each time that one runs: they are built anew. */
const MAXIMUM_EXPANDED = 2 ** 14;

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
  const { batch, keepsUnsupported } = options;
  const graph = buildGraph(model, name, keepsUnsupported);
  if (batch === undefined) return graph;
  if (graph.fixedBatch === undefined) return withBatch(graph, batch);
  const factor = batch / graph.values[graph.inputs[0]].shape[0];
  return buildGraph(resized(model, Object.values(batchShapes(graph, batch)), factor), name, keepsUnsupported);
}

/**
 * The model for inputs of other shapes, whatever sizes the file gives what follows from them.
 * @param factor of the batch of what is remembered
 */
function resized(model: FileModel, shapes: readonly Shape[], factor: number): FileModel {
  const sizes = new Map(model.inputs.map(({ index }, position) => [index, shapes[position]]));
  const tensors = model.tensors.map((tensor): FileTensor => {
    const shape = sizes.get(tensor.index);
    if (shape !== undefined) return { ...tensor, shape, dynamicAxes: [] };
    if (tensor.isVariable) return { ...tensor, shape: [tensor.shape[0] * factor, ...tensor.shape.slice(1)] };
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
 * Builds one operator after the other, since what one computes of shapes alone may say how the next one works. In place of
 * those that cannot be built stand nodes that say so, so that all that is unsupported comes in one error, or in the graph.
 */
function buildGraph(file: FileModel, name: string, keepsUnsupported = false): Graph {
  const model = mergedModel(file);
  const report = new UnsupportedReport();
  const builder = new GraphBuilder(model);
  /** The first of a model that is supported, but wrong. */
  let failure: { readonly error: unknown } | undefined;
  /** Does what throws where the model is wrong, or not supported; says why. */
  const attempt = (build: () => void, reports = false): string | undefined => {
    try {
      build();
      return undefined;
    } catch (error) {
      if (!(error instanceof QuadotError) || error instanceof OpNotLoadedError) throw error;
      if (reports && error instanceof UnsupportedOpError) report.use(error.message);
      else failure ??= { error };
      return error.message;
    }
  };
  const inputs: FileTensor[] = [];
  for (const tensor of model.inputs) {
    const reason = tensorProblem(tensor) ?? openSize(tensor);
    if (reason !== undefined) {
      report.tensor(reason, describeTensor(tensor));
      builder.unsupported([], [tensor], { operator: 'input', reason, isConsequence: false });
    } else if (attempt(() => builder.input(tensor)) === undefined) inputs.push(tensor);
  }
  /** What is to be built, the next last. */
  const items: (FileOperator | Continuation)[] = [...model.operators].reverse();
  let count = 0;
  for (let item = items.pop(); item !== undefined; item = items.pop()) {
    const operator = 'resume' in item ? item.operator : item;
    if (++count > model.operators.length + MAXIMUM_EXPANDED) {
      throw new UnsupportedOpError(
        `tflite "${name}": its subgraphs come to more than ${MAXIMUM_EXPANDED} operators, each time that one runs counted.`,
      );
    }
    const label = operator.customCode === '' ? operator.type : `${operator.type} "${operator.customCode}"`;
    const leaveOut = (reason: string, isConsequence = false): void =>
      builder.unsupported(operator.inputs, operator.outputs, { operator: label, reason, isConsequence });
    const family = familyOf(operator);
    if (family === undefined) {
      report.operator(label);
      leaveOut('there is no such operator in this library');
      continue;
    }
    if (family.expand !== undefined) {
      const work = 'resume' in item ? item.resume : () => family.expand!(operator, builder);
      const unknown = attempt(() => {
        for (const next of [...work()].reverse()) items.push(next);
      }, true);
      if (unknown !== undefined) leaveOut(unknown);
      continue;
    }
    const reader = new OperatorReader(operator, family, builder);
    const values = operator.inputs.flatMap((tensor, position) => {
      if (tensor === undefined || family.parameters?.includes(position)) return [];
      // What an operator remembers is a value when it is asked for.
      return [family.states?.includes(position) ? { ...tensor, isVariable: false } : tensor];
    });
    const problems = [...values, ...reader.outputs].flatMap((tensor) => {
      const problem = tensorProblem(tensor, family);
      if (problem === undefined) return [];
      report.tensor(problem, describeTensor(tensor));
      return [`${problem} of ${describeTensor(tensor)}`];
    });
    if (problems.length > 0) {
      leaveOut(problems.join(', '));
      continue;
    }
    let convert: Convert;
    try {
      convert = family.read(reader);
    } catch (error) {
      if (!(error instanceof UnsupportedOpError)) throw error;
      // What is computed of shapes is not known without what was not built.
      const isConsequence = reader.lacksParameter && !(failure === undefined && report.isEmpty);
      if (!isConsequence) report.use(error.message);
      leaveOut(error.message, isConsequence);
      continue;
    }
    const { where, following } = reader;
    const isFirst = failure === undefined && report.isEmpty;
    const wrong = attempt(() =>
      builder.operator(operator, family, (types) => ({ ...convert(types), following }), where),
    );
    if (wrong !== undefined) leaveOut(wrong, !isFirst);
  }
  if (!keepsUnsupported) {
    for (const tensor of model.outputs) {
      const problem = tensorProblem(tensor);
      if (problem !== undefined) report.tensor(problem, describeTensor(tensor));
    }
    report.throwIfAny(`tflite "${name}"`);
    if (failure !== undefined) throw failure.error;
  }
  return builder.finish({
    name,
    metadata: metadataOf(model),
    inputs,
    outputs: model.outputs,
    states: model.states ?? [],
  });
}

/**
 * Why the tensor can be no value of a graph; undefined where it can.
 * @param family of its operator; absent for what goes into the graph or comes out
 */
function tensorProblem(tensor: FileTensor, family?: OperatorFamily): string | undefined {
  const dtype = tensorDType(tensor);
  const isInt32 = dtype === 'int32' && tensor.data === undefined;
  return dtype === undefined ||
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
}

/** Which sizes of an input the file leaves open; undefined where it leaves none, or the batch alone. */
function openSize({ dynamicAxes, shape }: FileTensor): string | undefined {
  // Of an open axis the file holds a 1, unless a size was chosen when it was converted.
  const open = dynamicAxes.filter((axis) => axis > 0 && shape[axis] <= 1);
  return open.length === 0 ? undefined : `the open size of axis ${open.join(' and ')}`;
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
