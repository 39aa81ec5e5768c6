import type { Strided } from '../ops/lib/strided.ts';
import { composed, isWhole, maximumAxes, mergedAxes } from '../ops/lib/strided.ts';
import { getOp } from '../ops/registry.ts';
import { bytesPerQuad } from '../tensor/quads.ts';
import { elementCount } from '../tensor/shape.ts';
import { nodeContext, withoutUnreadNodes, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/** A value that only takes elements of another. */
interface Move {
  readonly source: string;
  readonly view: Strided;
}

/** What a node moves. */
interface MoveNode extends Move {
  /** Whether its output can lie in its input, so that it costs nothing. */
  readonly isFree: boolean;
}

/**
 * Makes one node of several in a row that only move elements: a reshape, a transpose and a reshape (a channel shuffle),
 * a slice and a reshape. What lies between them disappears where nothing else reads it; otherwise it stays as it is.
 * @param alignment of a binding, in bytes
 */
export function mergeMoves(graph: Graph, alignment: number): Graph {
  const moves = new Map<string, MoveNode>();
  for (const node of graph.nodes) {
    const move = moveOf(graph, node, alignment);
    if (move !== undefined) moves.set(node.outputs[0], move);
  }
  const disappearing = findDisappearing(graph, moves);
  /** By value what it takes of the earliest that it can be taken of, and whether a launch is saved on the way. */
  const earliest = new Map<string, Move & { readonly saves: boolean }>();
  let isChanged = false;
  const nodes = graph.nodes.map((node): GraphNode => {
    const [output] = node.outputs;
    const move = moves.get(output);
    if (move === undefined) return node;
    const before = moves.get(move.source);
    const saves = before !== undefined && !before.isFree && disappearing.has(move.source);
    const further = earliest.get(move.source);
    const merged = (further && taken({ ...further, saves: further.saves || saves }, move)) ??
      (before && taken({ ...before, saves }, move)) ?? { ...move, saves: false };
    earliest.set(output, merged);
    if (move.isFree || !merged.saves) return node;
    isChanged = true;
    return { ...node, ...replacement(graph, merged, output), inputs: [merged.source] };
  });
  return isChanged ? withoutUnusedValues(withoutUnreadNodes({ ...graph, nodes })) : graph;
}

function taken<M extends Move>(before: M, { view }: Move): M | undefined {
  const both = composed(before.view, view);
  return both && mergedAxes(both).length <= maximumAxes ? { ...before, view: both } : undefined;
}

/** Values that nothing is left to read once every move takes of what the moves before it do. */
function findDisappearing(graph: Graph, moves: ReadonlyMap<string, MoveNode>): ReadonlySet<string> {
  const needed = new Set(graph.outputs);
  for (const { inputs, outputs } of [...graph.nodes].reverse()) {
    const move = moves.get(outputs[0]);
    // A free one stays if what it makes does.
    if (move === undefined || (move.isFree && needed.has(outputs[0]))) for (const name of inputs) needed.add(name);
  }
  return new Set([...moves.keys()].filter((name) => !needed.has(name)));
}

function moveOf(graph: Graph, node: GraphNode, alignment: number): MoveNode | undefined {
  const { elements, inputOffsets } = getOp(node.op);
  const [source] = node.inputs;
  if (elements === undefined || Object.hasOwn(graph.constants, source)) return undefined;
  const { dtype, quantization } = graph.values[node.outputs[0]];
  // Scales along an axis would have to be moved along with it.
  if (quantization?.axis !== undefined) return undefined;
  const context = nodeContext(graph, node);
  const offset = inputOffsets?.(context)?.[0];
  const isFree = offset !== undefined && (offset * bytesPerQuad(dtype)) % alignment === 0;
  return { source, view: elements(context), isFree };
}

function replacement(graph: Graph, { source, view }: Move, output: string): Pick<GraphNode, 'op' | 'attributes'> {
  const { shape } = graph.values[output];
  if (isWhole(view, elementCount(graph.values[source].shape))) return { op: 'reshape', attributes: { shape } };
  return { op: 'rearrange', attributes: { shape, ...view } };
}
