import type { OpDefinition } from '../../src/ops/define-op.ts';
import { buildGraph, type OpCase } from '../../test/support/test-op.ts';
import type { Graph } from '../../src/graph/graph.ts';

// Takes test-op.ts's place: keeps the cases that conformance tests would run.
export * from '../../test/support/test-op.ts';

export interface RecordedCase {
  readonly graph: Graph;
  readonly opCase: OpCase<object>;
  /** Its place among those of a test. */
  readonly index: number;
}

/** By op. */
export const recorded = new Map<string, RecordedCase[]>();

export function testOp<A extends object>(op: OpDefinition<A>, cases: readonly OpCase<A>[]): void {
  const known = recorded.get(op.name) ?? [];
  const own = cases.map((opCase, index) => ({ graph: buildGraph(op, opCase).graph, opCase, index }));
  recorded.set(op.name, [...known, ...own]);
}
