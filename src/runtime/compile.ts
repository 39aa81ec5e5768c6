import { UnsupportedOpError } from '../errors.ts';
import { nodeContext } from '../graph/context.ts';
import { foldConstants } from '../graph/fold-constants.ts';
import { fuse } from '../graph/fuse.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { lowerUnsigned } from '../graph/lower-unsigned.ts';
import { splitNodes } from '../graph/split-nodes.ts';
import { validateGraph } from '../graph/validate.ts';
import type { Capabilities, Engine } from '../gpu/capabilities.ts';
import { specializeShader, type SpecializedShader } from '../gpu/shader.ts';
import type { Dispatch, Kernel, KernelContext } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { formatShape } from '../tensor/shape.ts';

/** How a graph becomes a program. */
export interface CompileOptions {
  readonly engine: Engine;
  readonly rounding: Rounding;
  /** Merge nodes where ops allow it; without it every value of the graph can be read. */
  readonly fusion: boolean;
  /** Nodes whose shaders differ only in sizes share a pipeline that reads the sizes at run time. */
  readonly sharePipelines: boolean;
  /** Restricts which kernels may be chosen, by name; for tests and measurements. */
  readonly acceptKernel?: (op: string, kernel: string) => boolean;
}

/** A node with the kernel that computes it. An alias has neither kernel nor dispatch. */
export interface Step {
  readonly node: GraphNode;
  readonly kernel?: Kernel<object>;
  readonly dispatch?: Dispatch;
  readonly shader?: SpecializedShader;
}

/** A graph lowered to what the device runs. */
export interface Program {
  readonly graph: Graph;
  readonly steps: readonly Step[];
  /** value → the value whose bytes it shares; values that are no alias are absent. */
  readonly aliases: ReadonlyMap<string, string>;
  /** value → the values that hold its consecutive device bytes, in order; values that are whole are absent. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
}

/**
 * Lowers a graph and picks a kernel for each node.
 * @throws UnsupportedOpError listing every node that no kernel accepts
 */
export function compile(source: Graph, capabilities: Capabilities, options: CompileOptions): Program {
  validateGraph(source);
  const folded = foldConstants(lowerUnsigned(source), options.rounding);
  const graph = splitNodes(options.fusion ? fuse(folded) : folded, options.rounding);
  const aliases = new Map<string, string>();
  const unsupported: string[] = [];
  const steps: Step[] = [];
  for (const node of graph.nodes) {
    const op = getOp(node.op);
    const context: KernelContext<object> = {
      ...nodeContext(graph, node, options.rounding),
      capabilities,
      engine: options.engine,
    };
    // A constant has no bytes among the activations to share.
    if (op.isAlias?.(context) && !Object.hasOwn(graph.constants, node.inputs[0])) {
      aliases.set(node.outputs[0], aliases.get(node.inputs[0]) ?? node.inputs[0]);
      steps.push({ node });
      continue;
    }
    const kernel = op.kernels.find(
      (candidate) => (options.acceptKernel?.(node.op, candidate.name) ?? true) && candidate.accepts(context),
    );
    if (kernel === undefined) {
      unsupported.push(describeNode(graph, node));
      continue;
    }
    const dispatch = kernel.dispatch(context);
    const { constants, imports } = dispatch;
    steps.push({
      node,
      kernel,
      dispatch,
      shader: specializeShader(kernel.name, dispatch.shader, { constants, imports, shared: options.sharePipelines }),
    });
  }
  if (unsupported.length > 0) {
    throw new UnsupportedOpError(
      `graph "${graph.name}": no kernel accepts ${unsupported.length} of its nodes:\n${unsupported.join('\n')}\nConvert them to float32 or int8 tensors of supported shapes.`,
    );
  }
  return { graph, steps, aliases, pieces: new Map() };
}

function describeNode(graph: Graph, node: GraphNode): string {
  const types = node.inputs
    .filter((name) => name !== '')
    .map((name) => `${graph.values[name].dtype} ${formatShape(graph.values[name].shape)}`);
  return `  ${node.op} "${node.name}" of ${types.join(', ')}`;
}
