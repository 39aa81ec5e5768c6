import fc from 'fast-check';
import { QuadotError } from '../../src/errors.ts';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { type FileTensor, readModel } from '../../src/formats/tflite/model.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { allocateData, codeRange } from '../../src/tensor/dtype.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { roundings } from '../../src/tensor/requantize.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';
import { bodies } from '../operators/vitest-stub.ts';
import { compareOutput, type Difference, type OracleOutput } from './compare-output.ts';
import { models } from './record-models.ts';

/** A file that a test of the importer builds, which this library runs. */
export interface SweptModel {
  /** Its operators, and the element types of its inputs. */
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly Tensor[];
  /** The same as the file's element types. */
  readonly fileInputs: readonly { readonly data: ArrayBufferView }[];
  readonly graph: Graph;
}

/** Runs the tests, and takes the models that they build. */
export async function sweptModels(): Promise<readonly SweptModel[]> {
  fc.configureGlobal({ seed: 1, numRuns: 3 });
  for (const body of bodies) {
    try {
      await body();
    } catch {
      // Tests of what is refused throw where nothing expects it.
    }
  }
  return [...models.values()].flatMap((bytes) => {
    try {
      const graph = tfliteGraph(bytes);
      const model = readModel(bytes);
      const random = createRandom(1);
      // States come after them, and begin at zero.
      const names = graph.inputs.slice(0, model.inputs.length);
      const inputs = names.map((name) => draw(graph.values[name], random));
      runReference(graph, Object.fromEntries(names.map((name, index) => [name, inputs[index]])));
      const types = model.inputs.map(({ type }) => type).join(', ');
      const operators = model.operators.map(({ type, customCode }) => `${type}${customCode && ` ${customCode}`}`);
      const fileInputs = inputs.map((tensor, index) => ({ data: asStored(tensor, model.inputs[index]) }));
      return [{ label: `${operators.join(' ')} (${types})`, bytes, inputs, fileInputs, graph }];
    } catch (error) {
      if (!(error instanceof QuadotError)) throw error;
      return [];
    }
  });
}

/** Elements as the file's type has them: booleans are bytes, 16-bit codes are read as real numbers, long integers as short ones. */
function asStored({ data }: Tensor, { type, scales }: FileTensor): ArrayBufferView {
  if (type === 'BOOL') return Uint8Array.from(data);
  if (type === 'INT64') return BigInt64Array.from(data, (value) => BigInt(value));
  if (type === 'INT16') return Int16Array.from(data, (value) => Math.round(value / scales[0]));
  return data;
}

function draw(type: TensorType, random: ReturnType<typeof createRandom>): Tensor {
  const data = allocateData(type.dtype, elementCount(type.shape));
  const [low, high] = type.dtype === 'int8' || type.dtype === 'uint8' ? codeRange(type.dtype) : [0, 1];
  for (let i = 0; i < data.length; i++) {
    data[i] = type.dtype === 'float32' ? random.uniform(-2, 2) : low + random.integer(high - low + 1);
  }
  return { ...type, data };
}

/** Differences of every output in the rounding that is nearest. */
export function compareModel({ graph, inputs }: SweptModel, outputs: readonly OracleOutput[]): readonly Difference[] {
  const given = Object.fromEntries(inputs.map((tensor, index) => [graph.inputs[index], tensor]));
  const byRounding = roundings.map((rounding) => {
    const values = runReference(graph, given, rounding);
    return graph.outputs
      .slice(0, outputs.length)
      .map((name, index) => compareOutput(values.get(name)!, outputs[index], rounding));
  });
  const total = (differences: readonly Difference[]): number =>
    differences.reduce((sum, { mismatches }) => sum + mismatches, 0);
  return byRounding.reduce((best, other) => (total(other) < total(best) ? other : best));
}
