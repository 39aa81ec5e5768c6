import type { OpDefinition } from '../../src/ops/define-op.ts';
import { buildGraph, formsOf, type OpCase, roundingsOf } from '../../test/support/test-op.ts';
import type { Graph } from '../../src/graph/graph.ts';

// Takes test-op.ts's place: keeps the cases that conformance tests would run.
export * from '../../test/support/test-op.ts';

export interface RecordedCase {
  readonly graph: Graph;
  /** In how many modes it rounds. */
  readonly roundings: number;
  /** In how many forms of a pipeline it runs. */
  readonly forms: number;
}

/** By op. */
export const recorded = new Map<string, RecordedCase[]>();

export function testOp<A extends object>(op: OpDefinition<A>, cases: readonly OpCase<A>[]): void {
  const known = recorded.get(op.name) ?? [];
  const own = cases.map((opCase, index) => ({
    graph: buildGraph(op, opCase).graph,
    roundings: roundingsOf(opCase).length,
    forms: formsOf(index).length,
  }));
  recorded.set(op.name, [...known, ...own]);
}
