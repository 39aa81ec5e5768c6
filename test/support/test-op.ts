import { describe, expect, test } from 'vitest';
import { availableEngines, type Engine } from '../../src/gpu/capabilities.ts';
import { UnsupportedOpError } from '../../src/errors.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { OpDefinition } from '../../src/ops/define-op.ts';
import { compile, type Program } from '../../src/runtime/compile.ts';
import * as halves from '../../src/runtime/halves.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createSession } from '../../src/runtime/session.ts';
import { allocateData, codeRange, type DType } from '../../src/tensor/dtype.ts';
import type { Quantization } from '../../src/tensor/quantization.ts';
import { toFloat16, toFloat16Bits } from '../../src/tensor/float16.ts';
import { dequantizeTensor } from '../../src/tensor/quantize-tensor.ts';
import { createRandom, type Random } from '../../src/tensor/random.ts';
import { roundings, type Rounding } from '../../src/tensor/requantize.ts';
import { elementCount, formatShape, type Shape } from '../../src/tensor/shape.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';
import { compileLane, type CompileTarget } from './compile-lane.ts';
import { testDevice } from './device.ts';
import { isThorough, isUnnamed } from './lane.ts';
import { seedOf } from './seed.ts';
import { allowedError, allowedErrorInFloat16, type Tolerance, toleranceOf } from './tolerance.ts';

/** One input of a case; its data is drawn from the case's seed unless given. */
export interface CaseInput extends TensorType {
  /** A constant of the graph (weights, bias) rather than something each run brings. */
  readonly constant?: boolean;
  /** Bounds of drawn values; the whole code range for 8-bit types, ±1 for floats, ±1000 for int32 by default. */
  readonly range?: readonly [number, number];
  readonly data?: readonly number[];
}

export interface OpCase<A> {
  /** Unique within the op; the seed follows from it. */
  readonly name: string;
  readonly attributes: A;
  readonly inputs: readonly (CaseInput | undefined)[];
  /** dtypes and quantization of the outputs; shapes follow from the op's shape rule. */
  readonly outputs: readonly { readonly dtype: DType; readonly quantization?: Quantization }[];
  /** All modes for 8-bit outputs, else `float`, by default. */
  readonly roundings?: readonly Rounding[];
  /** Terms a float result sums, for the tolerance table; 1 by default. */
  readonly length?: number;
  /** In place of the table's, where the case says why. */
  readonly tolerance?: Tolerance;
}

/**
 * Cases of an op that run with constants baked in as well as shared; one of the two is what the device would choose. A
 * shader of baked constants serves one case only, so engines and roundings take turns over these cases.
 */
const bakedCases = isThorough ? 3 : 1;

/** All, or where they take turns from case to case the one whose turn it is. */
function turnOf<T>(choices: readonly T[], index: number): readonly T[] {
  return isThorough ? choices : choices.filter((choice) => isTurn(choices, choice, index));
}

function isTurn<T>(choices: readonly T[], choice: T, index: number): boolean {
  return choice === choices[index % choices.length];
}

/** Ops of which a kernel reads or writes numbers one by one, or whose numbers need float32. */
const withoutHalves = new Set(['dynamic-scale', 'non-max-suppression', 'merge-detections']);

/**
 * Runs every kernel of the op that accepts a case, and compares with the op's reference: 8-bit results bit for bit, float
 * results within the tolerance table. A case that no kernel accepts fails. The kernel that would be chosen runs with every
 * engine and rounding mode, the others meet each engine and each rounding. The first cases run in both forms of a pipeline,
 * the others in the one this device would choose. Where activations are float32, the kernel that would be chosen runs once
 * more with float16 in their place.
 */
export function testOp<A extends object>(op: OpDefinition<A>, cases: readonly OpCase<A>[]): void {
  describe(`${op.name} kernels equal the reference`, () => {
    for (const [index, opCase] of cases.entries()) {
      const targets = compileLane();
      for (const rounding of turnOf(roundingsOf(opCase), index)) {
        test(`${opCase.name} (${rounding})${targets ? ' compiles' : ''}`, async () => {
          if (targets === undefined) return runCase(op, opCase, rounding, index);
          for (const target of targets()) await compileCase(op, opCase, rounding, target);
        });
      }
    }
  });
}

/** The modes in which a case rounds. */
export function roundingsOf<A>({ outputs, roundings: own }: OpCase<A>): readonly Rounding[] {
  const isQuantized = outputs.some(({ dtype }) => dtype === 'int8' || dtype === 'uint8');
  return own ?? (isQuantized ? roundings : ['float']);
}

/** A kernel that accepts a case. */
export interface CaseKernel {
  /** Its place among those of the op. */
  readonly number: number;
  /** Whether it is the first that accepts, which a session would take. */
  readonly isFirst: boolean;
  /** Those that it can run with. */
  readonly engines: readonly Engine[];
}

/** How a kernel runs a case in a mode: with which engines, and whether pipelines are shared, or as the device would choose. */
export function variantsOf<A>(
  opCase: OpCase<A>,
  index: number,
  rounding: Rounding,
  { number, isFirst, engines }: CaseKernel,
): readonly { readonly engine: Engine; readonly sharePipelines: boolean | undefined }[] {
  const modes = roundingsOf(opCase);
  // Each pair of an engine and a rounding is a shader to compile.
  const pairs = engines.filter((engine) => isFirst || isTurn(engines, engine, modes.indexOf(rounding) + number));
  const bakes = (engine: Engine): boolean =>
    index < bakedCases && isTurn(modes, rounding, index) && isTurn(engines, engine, index + number);
  // A device that does not name itself would bake the constants of each case into shaders of its own.
  const formsOf = (engine: Engine): readonly (boolean | undefined)[] =>
    bakes(engine) ? [true, false] : [isUnnamed ? true : undefined];
  return (isThorough ? pairs : turnOf(engines, index + number)).flatMap((engine) =>
    formsOf(engine).map((sharePipelines) => ({ engine, sharePipelines })),
  );
}

/** Compiles what `runCase` would run, in both forms of its pipelines. */
async function compileCase<A extends object>(
  op: OpDefinition<A>,
  opCase: OpCase<A>,
  rounding: Rounding,
  { capabilities, compile: compileShader }: CompileTarget,
): Promise<void> {
  const { graph, inputs } = buildGraph(op, opCase);
  const halved = inHalves(op, graph, inputs)?.graph;
  for (const kernel of op.kernels) {
    const engines = kernel.usesEngine ? availableEngines(capabilities) : (['scalar'] as const);
    const acceptKernel = (_op: string, name: string): boolean => name === kernel.name;
    const forms = engines.flatMap((engine) =>
      [true, false].flatMap((sharePipelines) =>
        [graph, halved].map((form) => ({ form, engine, rounding, sharePipelines, fusion: true, acceptKernel, halves })),
      ),
    );
    for (const { form, ...options } of forms) {
      if (form === undefined) continue;
      let program: Program;
      try {
        program = compile(form, capabilities, options);
      } catch (error) {
        // This kernel does not accept the case.
        if (error instanceof UnsupportedOpError) continue;
        throw error;
      }
      for (const { shader } of program.steps) if (shader !== undefined) await compileShader(shader);
    }
  }
}

async function runCase<A extends object>(
  op: OpDefinition<A>,
  opCase: OpCase<A>,
  rounding: Rounding,
  index: number,
): Promise<void> {
  const device = await testDevice();
  const { graph, inputs } = buildGraph(op, opCase);
  const reference = runReference(graph, inputs, rounding);
  let ran = 0;
  // Without a kernel, too, where no element needs to move.
  const kernels = op.inputOffsets === undefined ? op.kernels : [...op.kernels, { name: 'none', usesEngine: false }];
  for (const [number, kernel] of kernels.entries()) {
    const engines: readonly Engine[] = kernel.usesEngine ? availableEngines(device.capabilities) : ['scalar'];
    const variants = variantsOf(opCase, index, rounding, { number, isFirst: ran === 0, engines });
    for (const { engine, sharePipelines } of variants) {
      const session = await createSession(device, graph, {
        engine,
        rounding,
        sharePipelines,
        acceptKernel: (_op, name) => name === kernel.name,
      }).catch((error: Error) => {
        // This kernel does not accept the case; another must.
        if (error.name === 'UnsupportedOpError') return undefined;
        throw error;
      });
      if (session === undefined) continue;
      try {
        const results = await session.run(inputs);
        for (const name of graph.outputs) {
          const where = `${op.name} kernel ${kernel.name} (${engine}, ${rounding}, sharePipelines ${sharePipelines}), case "${opCase.name}", seed ${seedOf(opCase.name)}, output ${name}`;
          expectEqual(results[name], reference.get(name)!, op.name, opCase.length ?? 1, where, opCase.tolerance);
        }
        ran++;
      } finally {
        session.destroy();
      }
    }
  }
  expect(ran, `no kernel of ${op.name} accepts case "${opCase.name}"`).toBeGreaterThan(0);
  const halved = isThorough ? inHalves(op, graph, inputs) : undefined;
  if (halved !== undefined) await runInHalves(op, opCase, rounding, halved);
}

/** The graph with float16 where it has float32 activations, and weights that may be; undefined where it has none. */
function inHalves<A extends object>(
  op: OpDefinition<A>,
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
): { graph: Graph; inputs: Record<string, Tensor> } | undefined {
  const activations = [...graph.inputs, ...graph.outputs].filter((name) => graph.values[name].dtype === 'float32');
  if (activations.length === 0) return undefined;
  const rule = op.quantization?.weights;
  const weights = rule?.isCodedToo === true ? graph.nodes[0].inputs[rule.input] : '';
  const constants = { ...graph.constants };
  if (constants[weights]?.dtype === 'float32') {
    constants[weights] = toFloat16(constants[weights]);
    activations.push(weights);
  }
  const types = activations.map((name) => [name, { ...graph.values[name], dtype: 'float16' as const }] as const);
  const stored = Object.entries(inputs).map(
    ([name, tensor]) => [name, tensor.dtype === 'float32' ? toFloat16(tensor) : tensor] as const,
  );
  return {
    graph: { ...graph, constants, values: { ...graph.values, ...Object.fromEntries(types) } },
    inputs: Object.fromEntries(stored),
  };
}

async function runInHalves<A extends object>(
  op: OpDefinition<A>,
  opCase: OpCase<A>,
  rounding: Rounding,
  { graph, inputs }: { readonly graph: Graph; readonly inputs: Record<string, Tensor> },
): Promise<void> {
  const device = await testDevice();
  const where = `${op.name} in float16, case "${opCase.name}", seed ${seedOf(opCase.name)}`;
  if (withoutHalves.has(op.name)) {
    await expect(createSession(device, graph, { rounding, storage: 'float16' }), where).rejects.toThrow(
      UnsupportedOpError,
    );
    return;
  }
  const reference = runReference(graph, inputs, rounding);
  const session = await createSession(device, graph, { rounding, storage: 'float16' });
  try {
    const results = await session.run(inputs);
    for (const name of graph.outputs) {
      const [own, wanted] = [results[name], reference.get(name)!];
      expectEqual(own, wanted, op.name, opCase.length ?? 1, `${where}, output ${name}`, opCase.tolerance);
    }
  } finally {
    session.destroy();
  }
}

/** Compares a GPU result with the reference and says how many differ, where the worst is, and both values. */
export function expectEqual(
  result: Tensor,
  expected: Tensor,
  op: string,
  length: number,
  where: string,
  tolerance = toleranceOf(op, length),
): void {
  expect(result.dtype, where).toBe(expected.dtype);
  expect(formatShape(result.shape), where).toBe(formatShape(expected.shape));
  const isHalf = expected.dtype === 'float16';
  const [actual, reference] = isHalf ? [dequantizeTensor(result), dequantizeTensor(expected)] : [result, expected];
  const allowedOf = isHalf ? allowedErrorInFloat16 : allowedError;
  const maxMagnitude = maxAbsolute(reference.data);
  let mismatches = 0;
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < reference.data.length; i++) {
    const got = actual.data[i];
    const want = reference.data[i];
    if (Object.is(got, want) || got === want) continue;
    const allowed = reference.dtype === 'float32' ? allowedOf(tolerance, want, maxMagnitude) : 0;
    const excess = Math.abs(got - want) - allowed;
    // A NaN on one side only is a mismatch too.
    if (excess <= 0) continue;
    mismatches++;
    if (worst < 0 || !(excess <= worstExcess)) {
      worst = i;
      worstExcess = excess;
    }
  }
  if (mismatches === 0) return;
  expect.fail(
    `${where}: ${mismatches} of ${reference.data.length} values differ; worst at ${worst}: got ${actual.data[worst]}, want ${reference.data[worst]}, shape ${formatShape(reference.shape)}`,
  );
}

function maxAbsolute(data: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) max = Math.max(max, Math.abs(data[i]));
  return max;
}

/** A graph of one node, and drawn data for its inputs. */
export function buildGraph<A extends object>(
  op: OpDefinition<A>,
  opCase: OpCase<A>,
): { graph: Graph; inputs: Record<string, Tensor> } {
  const random = createRandom(seedOf(opCase.name));
  const values: Record<string, TensorType> = {};
  const constants: Record<string, Tensor> = {};
  const inputs: Record<string, Tensor> = {};
  const names = opCase.inputs.map((input, index) => {
    if (input === undefined) return '';
    const name = `input${index}`;
    const { dtype, shape, quantization } = input;
    values[name] = { dtype, shape, quantization };
    const tensor: Tensor = { dtype, shape, quantization, data: drawData(input, random) };
    if (input.constant) constants[name] = tensor;
    else inputs[name] = tensor;
    return name;
  });
  const context = {
    name: opCase.name,
    attributes: opCase.attributes,
    inputs: names.map((name) => (name === '' ? undefined : values[name])),
    constants: names.map((name) => constants[name]),
  };
  const outputs = op.inferShape(context).map((shape: Shape, index) => {
    values[`output${index}`] = { ...opCase.outputs[index], shape };
    return `output${index}`;
  });
  const graph: Graph = {
    name: opCase.name,
    nodes: [{ name: op.name, op: op.name, attributes: opCase.attributes, inputs: names, outputs }],
    values,
    constants,
    inputs: Object.keys(inputs),
    outputs,
    metadata: {},
  };
  return { graph, inputs };
}

function drawData(input: CaseInput, random: Random): Tensor['data'] {
  const { dtype, shape } = input;
  const data = allocateData(dtype, elementCount(shape));
  if (input.data !== undefined) {
    data.set(input.data);
    return data;
  }
  const [low, high] = input.range ?? defaultRange(dtype);
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'float32') data[i] = random.uniform(low, high);
    else if (dtype === 'float16') data[i] = toFloat16Bits(random.uniform(low, high));
    else data[i] = low + random.integer(high - low + 1);
  }
  return data;
}

function defaultRange(dtype: DType): readonly [number, number] {
  if (dtype === 'int8' || dtype === 'uint8') return codeRange(dtype);
  return dtype === 'int32' ? [-1000, 1000] : [-1, 1];
}
