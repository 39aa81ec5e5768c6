import { OpNotLoadedError, UnsupportedOpError } from '../errors.ts';
import { commonOps } from './common-ops.ts';
import type { OpDefinition } from './define-op.ts';
import { moreOpNames } from './more-op-names.ts';
import type { moreOps } from './more-ops.ts';

/** Every op by name, with the attribute type that only it knows. */
export type Ops = typeof commonOps & typeof moreOps;

/** Ops that can be used at once, by name. */
const loaded = new Map<string, OpDefinition<object>>();
addOps(commonOps);

/**
 * The op of that name.
 * @throws OpNotLoadedError when it is one of those that come later
 * @throws UnsupportedOpError when there is none
 */
export function getOp(name: string): OpDefinition<object> {
  const op = loaded.get(name);
  if (op !== undefined) return op;
  if (moreOpNames.includes(name)) {
    throw new OpNotLoadedError(`op "${name}" is not loaded yet. Call await loadOps(graph) first.`);
  }
  throw new UnsupportedOpError(
    `op "${name}" does not exist. Known ops: ${[...loaded.keys(), ...moreOpNames].join(', ')}.`,
  );
}

/** Makes ops available that were loaded with the code that uses them. */
export function addOps(ops: typeof commonOps | typeof moreOps): void {
  // Each knows its own attributes only; callers give a node's to the op that the node names.
  for (const [name, op] of Object.entries(ops)) loaded.set(name, op as OpDefinition<never> as OpDefinition<object>);
}

/**
 * Loads what is needed for the nodes of a graph; nothing for most graphs. Importers and `createSession` do it by
 * themselves, so it is for graphs that came as plain data and go to `quantize` or another function that does not wait.
 */
export async function loadOps(graph: { readonly nodes: readonly { readonly op: string }[] }): Promise<void> {
  if (graph.nodes.some(({ op }) => !loaded.has(op) && moreOpNames.includes(op))) await loadMoreOps();
}

/** Does the work, and where it meets something that is not loaded, loads more and does the work again. */
export async function withMore<T>(work: () => T, loadMore: () => Promise<unknown>): Promise<T> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OpNotLoadedError)) throw error;
  }
  await loadMore();
  return work();
}

/** Loads all that is left. */
export async function loadMoreOps(): Promise<void> {
  addOps((await import('./more-ops.ts')).moreOps);
}
