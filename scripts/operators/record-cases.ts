import type { OpDefinition } from '../../src/ops/define-op.ts';
import { buildGraph, type OpCase } from '../../test/support/test-op.ts';
import type { Graph } from '../../src/graph/graph.ts';

// Takes test-op.ts's place: keeps the cases that conformance tests would run.
export * from '../../test/support/test-op.ts';

/** Graphs of the cases, by op. */
export const graphs = new Map<string, Graph[]>();

export function testOp<A extends object>(op: OpDefinition<A>, cases: readonly OpCase<A>[]): void {
  const known = graphs.get(op.name) ?? [];
  graphs.set(op.name, [...known, ...cases.map((opCase) => buildGraph(op, opCase).graph)]);
}
