import { DeviceError, type DeviceErrorReason, ShapeError, UnsupportedOpError } from '../errors.ts';
import { availableEngines, type Engine } from '../gpu/capabilities.ts';
import type { Device } from '../gpu/device.ts';
import type { Graph } from '../graph/graph.ts';
import { getOp, loadMoreOps } from '../ops/registry.ts';
import { codeRange } from '../tensor/dtype.ts';
import { toFloat16Bits } from '../tensor/float16.ts';
import { dequantizeTensor } from '../tensor/quantize-tensor.ts';
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
  /** `chosen` for the one that a session takes. */
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
  /** Results compared: one for each case, kernel and engine, and for each other rounding mode. */
  readonly runs: number;
  readonly failures: readonly SelfTestFailure[];
}

export interface SelfTestReport {
  readonly passed: boolean;
  readonly families: readonly SelfTestFamily[];
}

export interface SelfTestOptions {
  /** Only these; all by default. */
  readonly families?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A case with one choice of kernel, engine and rounding mode. */
interface Trial {
  readonly selfTestCase: SelfTestCase;
  /** Absent for the one that a session takes. */
  readonly kernel?: string;
  readonly engine: Engine;
  readonly rounding: Rounding;
}

/** Of errors after which there is no device. */
const goneReasons: ReadonlySet<DeviceErrorReason | undefined> = new Set<DeviceErrorReason>([
  'lost',
  'destroyed',
  'unavailable',
]);

type Outcome = SelfTestFailure | 'passed' | 'not accepted';

/** Drivers compile several shaders at once, and compiling is what takes the time. */
const trialsAtOnce = 4;

/**
 * Runs small cases of each family of kernels on the device, with every engine and rounding mode, and compares them with
 * the references on the CPU: for devices whose drivers have not been seen before. Seconds on hardware.
 * @throws DeviceError when the device is lost; ShapeError when a family does not exist; wrong results are reported, not thrown
 */
export async function selfTest(device: Device, options: SelfTestOptions = {}): Promise<SelfTestReport> {
  await loadMoreOps();
  const known = new Set(selfTestCases().map(({ family }) => family));
  const unknown = options.families?.filter((family) => !known.has(family)) ?? [];
  if (unknown.length > 0) {
    throw new ShapeError(`selfTest: no family is called ${unknown.join(', ')}. There are: ${[...known].join(', ')}.`);
  }
  const cases = selfTestCases().filter(({ family }) => options.families?.includes(family) ?? true);
  const trials = cases.flatMap((selfTestCase) => listTrials(device, selfTestCase));
  const outcomes: Outcome[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    try {
      while (next < trials.length) {
        options.signal?.throwIfAborted();
        const index = next++;
        outcomes[index] = await runTrial(device, trials[index], options.signal);
        options.onProgress?.(++done, trials.length);
      }
    } catch (error) {
      // The others end with the trial they are at.
      next = trials.length;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: trialsAtOnce }, work));
  const families = [...new Set(cases.map(({ family }) => family))].map((family) => {
    const own = outcomes.filter((_, index) => trials[index].selfTestCase.family === family);
    const failures = own.filter((outcome) => typeof outcome === 'object');
    const runs = own.filter((outcome) => outcome !== 'not accepted').length;
    // A family that ran nothing has proven nothing.
    return { family, passed: failures.length === 0 && runs > 0, runs, failures };
  });
  return { passed: families.every(({ passed }) => passed), families };
}

/**
 * Each kernel with each engine it can use. How sums are rounded is a piece of shader that all kernels of an op share, so
 * the other modes run on one choice: the kernel that a session would take, with the device's own engine.
 */
function listTrials(device: Device, selfTestCase: SelfTestCase): Trial[] {
  // Every kernel of quads has its float16 form by the same rewriting.
  if (selfTestCase.storage !== undefined) return [{ selfTestCase, engine: device.engine, rounding: 'float' }];
  const trials = getOp(selfTestCase.op).kernels.flatMap((kernel): Trial[] => {
    const engines = kernel.usesEngine ? availableEngines(device.capabilities) : [device.engine];
    return engines.map((engine) => ({ selfTestCase, kernel: kernel.name, engine, rounding: 'float' }));
  });
  if (selfTestCase.output.dtype !== 'int8') return trials;
  const others = roundings.filter((rounding) => rounding !== 'float');
  return [...trials, ...others.map((rounding): Trial => ({ selfTestCase, engine: device.engine, rounding }))];
}

async function runTrial(device: Device, trial: Trial, signal: AbortSignal | undefined): Promise<Outcome> {
  const { selfTestCase, kernel, engine, rounding } = trial;
  const { graph, inputs } = drawGraph(selfTestCase);
  const reference = runReference(graph, inputs, rounding);
  const expected = graph.outputs.map((name) => reference.get(name)!);
  const elements = expected.reduce((sum, { data }) => sum + data.length, 0);
  const failure = { op: selfTestCase.op, kernel: kernel ?? 'chosen', engine, rounding, elements };
  try {
    const acceptKernel = (_op: string, name: string): boolean => kernel === undefined || name === kernel;
    const { storage } = selfTestCase;
    const session = await createSession(device, graph, { engine, rounding, acceptKernel, signal, storage });
    try {
      const results = await session.run(inputs, { signal });
      const mismatches = graph.outputs.reduce(
        (sum, name, index) => sum + countMismatches(results[name], expected[index]),
        0,
      );
      return mismatches === 0 ? 'passed' : { ...failure, mismatches };
    } finally {
      session.destroy();
    }
  } catch (error) {
    if (error instanceof UnsupportedOpError) return 'not accepted';
    // Nothing can be said of kernels on a device that is gone.
    if (!(error instanceof DeviceError) || goneReasons.has(error.reason)) throw error;
    return { ...failure, mismatches: elements, error: error.message };
  }
}

function countMismatches(result: Tensor, reference: Tensor): number {
  const isHalf = reference.dtype === 'float16';
  const [actual, expected] = isHalf ? [dequantizeTensor(result), dequantizeTensor(reference)] : [result, reference];
  let magnitude = 0;
  for (const value of expected.data) magnitude = Math.max(magnitude, Math.abs(value));
  // A number between two of float16 may become either.
  const tolerance = isHalf ? floatTolerance + 2 ** -10 : floatTolerance;
  const allowed = expected.dtype === 'float32' ? magnitude * tolerance : 0;
  let mismatches = 0;
  for (let i = 0; i < expected.data.length; i++) {
    // Not "greater than": a NaN is a mismatch.
    if (!(Math.abs(actual.data[i] - expected.data[i]) <= allowed)) mismatches++;
  }
  return mismatches;
}

function drawGraph(selfTestCase: SelfTestCase): { graph: Graph; inputs: Record<string, Tensor> } {
  const { op, attributes, inputs: read, output, moreOutputs = [] } = selfTestCase;
  const random = createRandom(1).fork(op);
  const values: Record<string, TensorType> = {};
  const constants: Record<string, Tensor> = {};
  const inputs: Record<string, Tensor> = {};
  const names = read.map((type, index) => {
    if (type === undefined) return '';
    const name = `input${index}`;
    const tensor = draw(type, random);
    values[name] = { dtype: type.dtype, shape: type.shape, quantization: type.quantization };
    (type.constant ? constants : inputs)[name] = tensor;
    return name;
  });
  const context = {
    name: op,
    attributes,
    inputs: names.map((name) => (name === '' ? undefined : values[name])),
    constants: names.map((name) => constants[name]),
  };
  const types = [output, ...moreOutputs];
  const outputs = getOp(op)
    .inferShape(context)
    .map((shape, index) => {
      const name = `output${index}`;
      values[name] = { ...types[index], shape };
      return name;
    });
  const node = { name: op, op, attributes, inputs: names, outputs };
  const graph: Graph = {
    name: `self-test ${op}`,
    nodes: [node],
    values,
    constants,
    metadata: {},
    inputs: Object.keys(inputs),
    outputs,
  };
  return { graph, inputs };
}

/** Codes over their whole range, reals in ±2, biases in ±1000. */
function draw({ dtype, shape, quantization, data: given }: SelfTestInput, random: Random): Tensor {
  const tensor = emptyTensor({ dtype, shape, quantization });
  const { data } = tensor;
  if (given !== undefined) {
    data.set(given);
    return tensor;
  }
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'float32') data[i] = random.uniform(-2, 2);
    else if (dtype === 'int32') data[i] = random.integer(2001) - 1000;
    else if (dtype === 'float16') data[i] = toFloat16Bits(random.uniform(-2, 2));
    else data[i] = codeRange(dtype)[0] + random.integer(256);
  }
  return tensor;
}
