import fc from 'fast-check';
import { nodeContext } from '../../src/graph/context.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { lowerUnsigned } from '../../src/graph/lower-unsigned.ts';
import { builtinOperatorNames } from '../../src/formats/tflite/builtin-operators.ts';
import { commonFamilies } from '../../src/formats/tflite/common-families.ts';
import { moreFamilies } from '../../src/formats/tflite/more-families.ts';
import type { Conversion } from '../../src/formats/tflite/operator.ts';
import { commonOps } from '../../src/ops/common-ops.ts';
import { moreOps } from '../../src/ops/more-ops.ts';
import { engines } from '../../src/gpu/capabilities.ts';
import { getOp } from '../../src/ops/registry.ts';
import { leastCapable } from '../../src/runtime/inspect-graph.ts';
import { recorded, type RecordedCase, roundingsOf, variantsOf } from './record-cases.ts';
import { bodies } from './vitest-stub.ts';

/** What the tests of ops and importers show. */
export interface Report {
  /** By op, the element types of its cases that a kernel accepts. */
  readonly ops: Readonly<Record<string, readonly string[]>>;
  /** Of all ops: their cases, and how often these run in the most thorough lane. */
  readonly conformance: { readonly cases: number; readonly runs: number };
  /** By file format, and its operators, the ops of each graph that an operator was seen to become. */
  readonly formats: Readonly<Record<string, Operators>>;
  /** TensorFlow Lite's operators by name, of which not all are there. */
  readonly builtinOperators: readonly string[];
}

type Operators = Readonly<Record<string, readonly (readonly string[])[]>>;

export async function report(): Promise<Report> {
  const ops: Record<string, string[]> = {};
  for (const name of [...Object.keys(commonOps), ...Object.keys(moreOps)].sort()) {
    if (getOp(name).standsFor !== undefined) continue;
    ops[name] = [...new Set((recorded.get(name) ?? []).flatMap(({ graph }) => typesOf(graph)))].sort();
  }
  const cases = [...recorded.values()].flat();
  const conformance = { cases: cases.length, runs: cases.reduce((sum, one) => sum + runsOf(one), 0) };
  return {
    ops,
    conformance,
    formats: { 'TensorFlow Lite': await recordOperators() },
    builtinOperators: builtinOperatorNames,
  };
}

/** As `testOp` runs it, and once more in float16. */
function runsOf({ graph, opCase, index }: RecordedCase): number {
  const lowered = lowerUnsigned(graph);
  const context = nodeContext(lowered, lowered.nodes[0]);
  const op = getOp(lowered.nodes[0].op);
  const isFree = op.inputOffsets?.(context) !== undefined;
  const accepting = [...op.kernels.entries()].flatMap(([number, kernel]) =>
    kernel.accepts({ ...context, ...leastCapable })
      ? [{ number, engines: kernel.usesEngine === true ? engines : (['scalar'] as const) }]
      : [],
  );
  if (isFree) accepting.push({ number: op.kernels.length, engines: ['scalar'] });
  const hasNumbers = [...graph.inputs, ...graph.outputs].some((name) => graph.values[name].dtype === 'float32');
  return roundingsOf(opCase).reduce((sum, rounding) => {
    const variants = accepting.flatMap((kernel, place) =>
      variantsOf(opCase, index, rounding, { ...kernel, isFirst: place === 0 }),
    );
    return sum + variants.length + (hasNumbers ? 1 : 0);
  }, 0);
}

/** `int8` where all is; the element types of input, weights and output where they differ. */
function typesOf(graph: Graph): readonly string[] {
  const lowered = lowerUnsigned(graph);
  const [node] = lowered.nodes;
  const context = nodeContext(lowered, node);
  const op = getOp(node.op);
  const isFree = op.inputOffsets?.(context) !== undefined;
  if (!isFree && !op.kernels.some((kernel) => kernel.accepts({ ...context, ...leastCapable }))) return [];
  const output = context.outputs[0].dtype;
  const [input, ...others] = context.inputs.flatMap((type) => type?.dtype ?? []);
  const weights = context.inputs[op.quantization?.weights?.input ?? -1]?.dtype;
  const product = weights === undefined || weights === input ? input : `${input} by ${weights}`;
  // A selection reads its conditions first.
  const isSame = input === output || (input === 'int32' && others.includes(output));
  return [isSame ? product.replace(input, output) : `${product} to ${output}`];
}

/** Runs the importers' tests and looks at what each operator becomes. */
async function recordOperators(): Promise<Operators> {
  const seen = new Map<string, Map<string, readonly string[]>>();
  for (const family of [...commonFamilies, ...moreFamilies]) {
    for (const type of family.types) seen.set(type, new Map());
    const { read } = family;
    Object.assign(family, {
      read(operator: Parameters<typeof read>[0]) {
        const convert = read(operator);
        return (inputs: Parameters<typeof convert>[0]): Conversion => {
          const conversion = convert(inputs);
          const made = opsOf(conversion);
          const type = family.types.includes(operator.type) ? operator.type : family.types[0];
          seen.get(type)!.set(made.join(), made);
          return conversion;
        };
      },
    });
  }
  fc.configureGlobal({ seed: 1, numRuns: 5 });
  for (const body of bodies) {
    try {
      await body();
    } catch {
      // Tests of what is refused throw where nothing expects it.
    }
  }
  return Object.fromEntries([...seen].map(([type, made]) => [type, [...made.values()]]));
}

/** Each once, in the order in which they compute; none for what is known when the model is imported. */
function opsOf(conversion: Conversion): readonly string[] {
  const steps = 'steps' in conversion ? conversion.steps : 'op' in conversion ? [conversion] : [];
  return [...new Set(steps.map(({ op }) => op))];
}
