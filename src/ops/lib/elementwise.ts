import { elementCount, quadCount } from '../../tensor/shape.ts';
import type { Binding, Dispatch, KernelContext, OpContext, PartitionRule } from '../define-op.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { operandType, streamingCost } from './operands.ts';

/** What distinguishes one kernel of a quad of x to a quad of y from another. */
interface UnaryKernel {
  readonly op: string;
  readonly shader: string;
  readonly imports?: Readonly<Record<string, string>>;
  readonly constants?: Readonly<Record<string, number | string>>;
  /** Bindings between x and y. */
  readonly bindings?: readonly Binding[];
  readonly operationsPerElement: number;
}

/** One invocation per quad; the shader imports `linear-index`, reads x at `@binding(1)` and has a const QUADS. */
export function unaryDispatch<A>(context: KernelContext<A>, kernel: UnaryKernel): Dispatch {
  const { shape } = operandType(kernel.op, context, 0);
  const quads = quadCount(shape);
  const launch = linearDispatch(quads);
  return {
    shader: kernel.shader,
    imports: kernel.imports,
    constants: { QUADS: quads, ...launch.constants, ...kernel.constants },
    bindings: [{ input: 0 }, ...(kernel.bindings ?? []), { output: 0 }],
    workgroups: launch.workgroups,
    cost: streamingCost(context, kernel.operationsPerElement * elementCount(shape)),
  };
}

/**
 * Parts of an output whose elements are made of what lies at the same places along the axes that may be cut.
 * @param canCut whether an axis of the output is such an axis; every one by default
 */
export function elementwisePartition<A>(
  canCut: (context: OpContext<A>, axis: number) => boolean = () => true,
): PartitionRule<A> {
  return {
    unit: (context, axis) => (canCut(context, axis) ? 1 : undefined),
    part: ({ attributes, inputs }, range) => ({
      attributes,
      inputs: inputs.map((_, input) => ({ input, ranges: [range] })),
    }),
  };
}
