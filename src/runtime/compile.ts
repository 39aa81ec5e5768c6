import { UnsupportedOpError } from '../errors.ts';
import { naming, nodeContext } from '../graph/context.ts';
import { graphLimits } from '../graph/demands.ts';
import { dropIdentities } from '../graph/drop-identities.ts';
import { fitLimits, fitsLimits } from '../graph/fit-limits.ts';
import { foldConstants } from '../graph/fold-constants.ts';
import { FreshNames } from '../graph/fresh-names.ts';
import { fuse } from '../graph/fuse.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { keepCodedWeights } from '../graph/keep-coded-weights.ts';
import { lowerUnsigned } from '../graph/lower-unsigned.ts';
import { mergeMoves } from '../graph/merge-moves.ts';
import { sinkTransposes } from '../graph/sink-transposes.ts';
import { splitNodes } from '../graph/split-nodes.ts';
import { validateGraph } from '../graph/validate.ts';
import type { Capabilities, Engine } from '../gpu/capabilities.ts';
import { specializeShader, type SpecializedShader } from '../gpu/shader.ts';
import type { Dispatch, Kernel, KernelContext, OpContext } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { formatShape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type * as halfStorage from './halves.ts';
import { planViews, type View } from './views.ts';

/** How a graph becomes a program. */
export interface CompileOptions {
  readonly engine: Engine;
  readonly rounding: Rounding;
  /** Merge nodes where ops allow it; without it every value of the graph can be read. */
  readonly fusion: boolean;
  /** Nodes whose shaders differ only in sizes share a pipeline that reads the sizes at run time. */
  readonly sharePipelines: boolean;
  /** What stores float32 activations and weights as float16, where that is wanted. */
  readonly halves?: typeof halfStorage;
  /** Restricts which kernels may be chosen, by name, and with `none` which nodes may do without; for tests and measurements. */
  readonly acceptKernel?: (op: string, kernel: string) => boolean;
  /** Nodes that no kernel accepts are steps that say so; otherwise they are an error. */
  readonly keepsUnsupported?: boolean;
}

/** A node with the kernel that computes it. Where no byte moves there is neither kernel nor dispatch. */
export interface Step {
  readonly node: GraphNode;
  readonly kernel?: Kernel<object>;
  readonly dispatch?: Dispatch;
  readonly shader?: SpecializedShader;
  /** Set where no kernel accepts the node. */
  readonly isUnsupported?: true;
}

/** A graph lowered to what the device runs. */
export interface Program {
  readonly graph: Graph;
  readonly steps: readonly Step[];
  /** value → where its bytes lie in those of another value; values that have bytes of their own are absent. */
  readonly views: ReadonlyMap<string, View>;
  /** value → the values that hold its consecutive device bytes, in order; values that are whole are absent. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
}

/**
 * Lowers a graph, picks a kernel for each node, and cuts what the device cannot bind.
 * @throws UnsupportedOpError listing every node that no kernel accepts
 * @throws DeviceError listing every value and constant that is too large for the device however it is cut
 */
export function compile(source: Graph, capabilities: Capabilities, options: CompileOptions): Program {
  validateGraph(source);
  const { rounding } = options;
  const names = new FreshNames(source);
  const folded = foldConstants(keepCodedWeights(lowerUnsigned(source)), rounding);
  const sunk = options.fusion ? sinkTransposes(folded, names) : folded;
  // Constants that are read in another order than they have.
  const refolded = sunk === folded ? folded : foldConstants(sunk, rounding);
  const lowered = options.fusion ? fuse(dropIdentities(refolded)) : folded;
  const merged = options.fusion ? mergeMoves(lowered, capabilities.limits.minStorageBufferOffsetAlignment) : lowered;
  const limits = graphLimits(capabilities.limits);
  const choose: ChooseLaunch = (op, context) => chooseLaunch(op, context, capabilities, options);
  const plan = (whole: Graph): Plan => planSteps(whole, choose, capabilities.limits, options);
  const { minStorageBufferOffsetAlignment } = capabilities.limits;
  const split = (whole: Graph): Graph => {
    const narrow = splitNodes(whole, rounding, names);
    if (options.halves === undefined) return narrow;
    return options.halves.storeHalves({ graph: narrow, ...plan(narrow) }, minStorageBufferOffsetAlignment);
  };
  const graph = split(merged);
  const planned = plan(graph);
  const launches = planned.steps.map(({ node, dispatch }) => [node, dispatch] as const);
  if (fitsLimits(graph, limits, launches)) return specialize(graph, planned, new Map(), options);
  // Moves that are merged cannot be cut: each by itself can.
  const separate = options.halves === undefined ? lowered : split(lowered);
  const fitted = fitLimits(separate, limits, rounding, names, (op, context) => choose(op, context)?.dispatch);
  const cut = splitNodes(fitted.graph, rounding, names);
  return specialize(cut, plan(cut), fitted.pieces, options);
}

export type Launch = Required<Pick<Step, 'kernel' | 'dispatch'>>;
type ChooseLaunch = (op: string, context: OpContext<object>) => Launch | undefined;

/** The first kernel of the op that accepts the node. */
function chooseLaunch(
  op: string,
  context: OpContext<object>,
  capabilities: Capabilities,
  { engine, acceptKernel }: CompileOptions,
): Launch | undefined {
  const kernelContext: KernelContext<object> = { ...context, capabilities, engine };
  const kernel = getOp(op).kernels.find(
    (candidate) => (acceptKernel?.(op, candidate.name) ?? true) && candidate.accepts(kernelContext),
  );
  return kernel && { kernel, dispatch: kernel.dispatch(kernelContext) };
}

/** Whether an op is shown other types than the values have: computed with as float32, they are stored as float16. */
function isWidened({ values }: Graph, { inputs, outputs }: GraphNode, context: OpContext<object>): boolean {
  const isOther = (type: TensorType | undefined, name: string): boolean => type !== undefined && type !== values[name];
  return (
    context.inputs.some((type, index) => isOther(type, inputs[index])) ||
    context.outputs.some((type, index) => isOther(type, outputs[index]))
  );
}

/** Steps that have no shaders yet: those of what is too large could not be written. */
type Plan = Pick<Program, 'steps' | 'views'>;

/** @throws UnsupportedOpError listing every node that no kernel accepts */
function planSteps(
  graph: Graph,
  choose: ChooseLaunch,
  { minStorageBufferOffsetAlignment }: Capabilities['limits'],
  { rounding, acceptKernel, keepsUnsupported = false, halves }: CompileOptions,
): Plan {
  const mayBeFree = ({ op }: GraphNode): boolean => acceptKernel?.(op, 'none') ?? true;
  const { free, views } = planViews(graph, rounding, minStorageBufferOffsetAlignment, mayBeFree);
  const unsupported: string[] = [];
  const steps: Step[] = [];
  for (const node of graph.nodes) {
    if (free.has(node)) {
      steps.push({ node });
      continue;
    }
    const context = nodeContext(graph, node, rounding);
    const launch = naming(node, () => choose(node.op, context));
    const dispatch =
      launch && (isWidened(graph, node, context) ? halves?.withHalves(graph, node, launch) : launch.dispatch);
    if (dispatch !== undefined) steps.push({ node, kernel: launch!.kernel, dispatch });
    else if (keepsUnsupported) steps.push({ node, isUnsupported: true });
    else unsupported.push(describeNode(graph, node));
  }
  if (unsupported.length > 0) {
    throw new UnsupportedOpError(
      `graph "${graph.name}": no kernel accepts ${unsupported.length} of its nodes:\n${unsupported.join('\n')}\nConvert them to float32 or int8 tensors of supported shapes.`,
    );
  }
  return { steps, views };
}

function specialize(
  graph: Graph,
  { steps, views }: Plan,
  pieces: Program['pieces'],
  { sharePipelines }: CompileOptions,
): Program {
  // Many nodes may have the same text, of some kilobytes: it is kept once.
  const texts = new Map<string, string>();
  const withShader = (step: Step): Step => {
    if (step.kernel === undefined || step.dispatch === undefined) return step;
    const { shader: source, constants, imports } = step.dispatch;
    const shader = specializeShader(step.kernel.name, source, { constants, imports, shared: sharePipelines });
    const text = texts.get(shader.text) ?? shader.text;
    texts.set(text, text);
    return { ...step, shader: { ...shader, text } };
  };
  return { graph, steps: steps.map(withShader), views, pieces };
}

function describeNode(graph: Graph, node: GraphNode): string {
  const origin = getOp(node.op).standsFor?.(node.attributes);
  if (origin !== undefined) return `  ${origin.operator} "${node.name}": ${origin.reason}`;
  const types = node.inputs
    .filter((name) => name !== '')
    .map((name) => `${graph.values[name].dtype} ${formatShape(graph.values[name].shape)}`);
  return `  ${node.op} "${node.name}" of ${types.join(', ')}`;
}
