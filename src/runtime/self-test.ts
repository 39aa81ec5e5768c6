import { DeviceError, UnsupportedOpError } from '../errors.ts';
import { availableEngines, type Engine } from '../gpu/capabilities.ts';
import type { Device } from '../gpu/device.ts';
import type { Graph } from '../graph/graph.ts';
import { getOp } from '../ops/registry.ts';
import { codeRange } from '../tensor/dtype.ts';
import { createRandom, type Random } from '../tensor/random.ts';
import { roundings, type Rounding } from '../tensor/requantize.ts';
import { emptyTensor, type Tensor, type TensorType } from '../tensor/tensor.ts';
import { runReference } from './reference.ts';
import { selfTestCases, type SelfTestCase, type SelfTestInput } from './self-test-cases.ts';
import { createSession } from './session.ts';

/**
 * Largest error of a float result relative to the largest magnitude of the reference: a thousand float32 epsilons. It
 * leaves room for the order of sums and for a driver's exp, and none for a wrong kernel. 8-bit results must be equal.
 */
const floatTolerance = 2 ** -13;

/** One kernel that gave another result than the reference, or none. */
export interface SelfTestFailure {
  readonly op: string;
  readonly kernel: string;
  readonly engine: Engine;
  readonly rounding: Rounding;
  /** Elements that differ, of how many. */
  readonly mismatches: number;
  readonly elements: number;
  /** Why there is no result at all: the shader does not compile, the device reported an error. */
  readonly error?: string;
}

export interface SelfTestFamily {
  readonly family: string;
  readonly passed: boolean;
  /** Runs compared: kernels × engines × rounding modes × cases. */
  readonly runs: number;
  readonly failures: readonly SelfTestFailure[];
}

export interface SelfTestReport {
  readonly passed: boolean;
  readonly families: readonly SelfTestFamily[];
}

export interface SelfTestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A case with one choice of kernel, engine and rounding mode. */
interface Trial {
  readonly selfTestCase: SelfTestCase;
  readonly kernel: string;
  readonly engine: Engine;
  readonly rounding: Rounding;
}

/**
 * Runs small cases of each family of kernels on the device, with every engine and rounding mode, and compares them with
 * the references on the CPU: for devices whose drivers have not been seen before. A few seconds.
 * @throws DeviceError when the device is lost; wrong results are reported, not thrown
 */
export async function selfTest(device: Device, options: SelfTestOptions = {}): Promise<SelfTestReport> {
  const trials = selfTestCases.flatMap((selfTestCase) => listTrials(device, selfTestCase));
  const families = new Map<string, { runs: number; failures: SelfTestFailure[] }>();
  for (const [index, trial] of trials.entries()) {
    options.signal?.throwIfAborted();
    const { family } = trial.selfTestCase;
    if (!families.has(family)) families.set(family, { runs: 0, failures: [] });
    const entry = families.get(family)!;
    const outcome = await runTrial(device, trial);
    if (outcome !== 'not accepted') entry.runs++;
    if (typeof outcome === 'object') entry.failures.push(outcome);
    options.onProgress?.(index + 1, trials.length);
  }
  const reports = [...families].map(([family, { runs, failures }]) => ({
    family,
    // A family that ran nothing has proven nothing.
    passed: failures.length === 0 && runs > 0,
    runs,
    failures,
  }));
  return { passed: reports.every(({ passed }) => passed), families: reports };
}

function listTrials(device: Device, selfTestCase: SelfTestCase): Trial[] {
  const modes: readonly Rounding[] = selfTestCase.output.dtype === 'int8' ? roundings : ['float'];
  return getOp(selfTestCase.op).kernels.flatMap((kernel) => {
    const engines = kernel.usesEngine ? availableEngines(device.capabilities) : [device.engine];
    return engines.flatMap((engine) =>
      modes.map((rounding) => ({ selfTestCase, kernel: kernel.name, engine, rounding })),
    );
  });
}

async function runTrial(device: Device, trial: Trial): Promise<SelfTestFailure | 'passed' | 'not accepted'> {
  const { selfTestCase, kernel, engine, rounding } = trial;
  const { graph, inputs } = drawGraph(selfTestCase);
  const expected = runReference(graph, inputs, rounding).get('output')!;
  const failure = { op: selfTestCase.op, kernel, engine, rounding, elements: expected.data.length };
  try {
    const acceptKernel = (_op: string, name: string): boolean => name === kernel;
    const session = await createSession(device, graph, { engine, rounding, acceptKernel });
    try {
      const { output } = await session.run(inputs);
      const mismatches = countMismatches(output, expected);
      return mismatches === 0 ? 'passed' : { ...failure, mismatches };
    } finally {
      session.destroy();
    }
  } catch (error) {
    if (error instanceof UnsupportedOpError) return 'not accepted';
    device.assertUsable();
    if (!(error instanceof DeviceError)) throw error;
    return { ...failure, mismatches: expected.data.length, error: error.message };
  }
}

function countMismatches(actual: Tensor, expected: Tensor): number {
  let magnitude = 0;
  for (const value of expected.data) magnitude = Math.max(magnitude, Math.abs(value));
  const allowed = expected.dtype === 'float32' ? magnitude * floatTolerance : 0;
  let mismatches = 0;
  for (let i = 0; i < expected.data.length; i++) {
    // Not "greater than": a NaN is a mismatch.
    if (!(Math.abs(actual.data[i] - expected.data[i]) <= allowed)) mismatches++;
  }
  return mismatches;
}

function drawGraph(selfTestCase: SelfTestCase): { graph: Graph; inputs: Record<string, Tensor> } {
  const { op, attributes, inputs: types, output } = selfTestCase;
  const random = createRandom(1).fork(op);
  const values: Record<string, TensorType> = {};
  const constants: Record<string, Tensor> = {};
  const inputs: Record<string, Tensor> = {};
  const names = types.map((type, index) => {
    const name = `input${index}`;
    const tensor = draw(type, random);
    values[name] = { dtype: type.dtype, shape: type.shape, quantization: type.quantization };
    (type.constant ? constants : inputs)[name] = tensor;
    return name;
  });
  const context = {
    name: op,
    attributes,
    inputs: names.map((name) => values[name]),
    constants: names.map((name) => constants[name]),
  };
  const [shape] = getOp(op).inferShape(context);
  values['output'] = { ...output, shape };
  const node = { name: op, op, attributes, inputs: names, outputs: ['output'] };
  const graph: Graph = {
    name: `self-test ${op}`,
    nodes: [node],
    values,
    constants,
    metadata: {},
    inputs: Object.keys(inputs),
    outputs: ['output'],
  };
  return { graph, inputs };
}

/** Codes over their whole range, reals in ±2, biases in ±1000. */
function draw({ dtype, shape, quantization }: SelfTestInput, random: Random): Tensor {
  const tensor = emptyTensor({ dtype, shape, quantization });
  const { data } = tensor;
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'float32') data[i] = random.uniform(-2, 2);
    else if (dtype === 'int32') data[i] = random.integer(2001) - 1000;
    else data[i] = codeRange(dtype)[0] + random.integer(256);
  }
  return tensor;
}
