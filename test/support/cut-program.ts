import { expect } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { compile, type CompileOptions, type Program } from '../../src/runtime/compile.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { allocateData } from '../../src/tensor/dtype.ts';
import { deviceBytes } from '../../src/tensor/quads.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** Limits of a device that is only imagined; the specification's defaults where none is given. */
export interface ImaginedLimits {
  readonly maxStorageBufferBindingSize?: number;
  readonly maxBufferSize?: number;
  readonly maxComputeWorkgroupsPerDimension?: number;
  readonly maxComputeInvocationsPerWorkgroup?: number;
}

/** Compiles for a device with these limits. */
export function compileWithin(graph: Graph, limits: ImaginedLimits, options: Partial<CompileOptions> = {}): Program {
  const capabilities = {
    vendor: '',
    architecture: '',
    description: '',
    isSoftware: false,
    features: [],
    languageFeatures: [],
    subgroupSizes: [0, 0],
    limits: {
      maxStorageBufferBindingSize: 2 ** 27,
      maxBufferSize: 2 ** 28,
      maxComputeWorkgroupsPerDimension: 65535,
      minStorageBufferOffsetAlignment: 256,
      ...limits,
    },
  } as const;
  const common = { engine: 'scalar', rounding: 'float', fusion: true, sharePipelines: true } as const;
  return compile(graph, capabilities, { ...common, ...options });
}

/** The pieces of a whole input by the names that a program's graph has for them. */
export function pieceInputs(graph: Graph, x: Tensor): Record<string, Tensor> {
  let start = 0;
  const inputs = graph.inputs.map((name) => {
    const type = graph.values[name];
    const data = x.data.subarray(start, (start += elementCount(type.shape)));
    return [name, { ...type, data }] as const;
  });
  expect(start, 'elements of the input').toBe(x.data.length);
  return Object.fromEntries(inputs);
}

/**
 * The references' results of a program's graph for a whole input `x`, outputs put together again. Elements of pieces
 * follow each other like their bytes.
 */
export function runPieces(
  { graph, pieces }: Program,
  source: Graph,
  x: Tensor,
  rounding: Rounding = 'float',
): readonly Tensor['data'][] {
  const values = runReference(graph, pieceInputs(graph, x), rounding);
  return source.outputs.map((name) => {
    const { dtype, shape } = source.values[name];
    const whole = allocateData(dtype, elementCount(shape));
    let end = 0;
    for (const piece of pieces.get(name) ?? [name]) {
      whole.set(values.get(piece)!.data, end);
      end += values.get(piece)!.data.length;
    }
    expect(end, `elements of ${name}`).toBe(whole.length);
    return whole;
  });
}

/** Bytes of the constants of each step that kernels make; as many as their data has. */
export function constantBytes({ steps }: Program): readonly { readonly op: string; readonly bytes: number }[] {
  return steps.flatMap(({ node, dispatch }) =>
    (dispatch?.bindings ?? []).flatMap((binding) => {
      if (!('constant' in binding)) return [];
      expect(binding.data().byteLength, `${node.op} ${binding.constant}`).toBe(binding.sizeBytes);
      return [{ op: node.op, bytes: binding.sizeBytes }];
    }),
  );
}

/** Bytes of the largest value that lies on the device, or constant that a shader reads. */
export function largestBinding(program: Program): number {
  const { graph, steps } = program;
  const computed = Object.keys(graph.values).filter((name) => !Object.hasOwn(graph.constants, name));
  const read = steps.flatMap(({ node, dispatch }) =>
    (dispatch?.bindings ?? []).flatMap((binding) => ('input' in binding ? [node.inputs[binding.input]] : [])),
  );
  const values = [...computed, ...read].map((name) => deviceBytes(graph.values[name].dtype, graph.values[name].shape));
  return Math.max(...values, ...constantBytes(program).map(({ bytes }) => bytes));
}
