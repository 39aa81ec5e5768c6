import { expect } from 'vitest';
import { computeNode } from '../../src/graph/context.ts';
import type { Program } from '../../src/runtime/compile.ts';
import { planProgramMemory } from '../../src/runtime/memory-plan.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { bytesPerElement } from '../../src/tensor/dtype.ts';
import { deviceBytes, fromQuads, toQuads } from '../../src/tensor/quads.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { createTensor, type Tensor } from '../../src/tensor/tensor.ts';

const alignment = 256;

/**
 * Runs a program with the references where a device would: values lie in arenas, in the device layout, at their places.
 * After every step its output must hold what the graph computes, and the graph's outputs must do so at the end. No step
 * may bind bytes at an offset that a device refuses, or read and write one arena.
 */
export function runInMemory(
  program: Program,
  inputs: Readonly<Record<string, Tensor>>,
  rounding: Rounding = 'float',
): void {
  const { graph, steps, views } = program;
  const plan = planProgramMemory(program, { alignment, maxArenaBytes: 2 ** 30 });
  const arenas = plan.arenaBytes.map((bytes) => new ArrayBuffer(bytes));
  const expected = runReference(graph, inputs, rounding);
  const locate = (name: string) => {
    const view = views.get(name);
    const place = plan.placements.get(view?.root ?? name)!;
    return { arena: place.arena, offset: place.offset + (view?.offset ?? 0) };
  };
  /** The bytes of a value in its arena, as elements with the padding of the device. */
  const quadsOf = (name: string): Tensor['data'] => {
    const { dtype, shape } = graph.values[name];
    const { arena, offset } = locate(name);
    const zeros = expected.get(name)!.data;
    const length = deviceBytes(dtype, shape) / bytesPerElement(dtype);
    return new (zeros.constructor as new (buffer: ArrayBuffer, at: number, length: number) => Tensor['data'])(
      arenas[arena],
      offset,
      length,
    );
  };
  const read = (name: string): Tensor => {
    if (Object.hasOwn(graph.constants, name)) return graph.constants[name];
    const { dtype, shape } = graph.values[name];
    return createTensor(graph.values[name], fromQuads(quadsOf(name), dtype, shape));
  };
  const write = (name: string, { data }: Tensor): unknown =>
    toQuads(data, graph.values[name].dtype, graph.values[name].shape, quadsOf(name));
  const check = (name: string, when: string): void => {
    const { data } = expected.get(name)!;
    const mismatch = read(name).data.findIndex((element, index) => element !== data[index]);
    expect(mismatch, `${name} ${when}`).toBe(-1);
  };

  for (const name of graph.inputs) write(name, inputs[name]);
  for (const { node, dispatch } of steps) {
    if (dispatch !== undefined) {
      const inputsOf = node.inputs.filter((name) => name !== '' && !Object.hasOwn(graph.constants, name));
      for (const name of [...inputsOf, ...node.outputs]) expect(locate(name).offset % alignment, name).toBe(0);
      const written = node.outputs.map((name) => locate(name).arena);
      for (const name of inputsOf) expect(written, `${node.name} reads ${name}`).not.toContain(locate(name).arena);
      const tensors = node.inputs.map((name) => (name === '' ? undefined : read(name)));
      const results = computeNode(graph, node, rounding, tensors);
      node.outputs.forEach((name, index) => write(name, results[index]));
    }
    for (const name of node.outputs) check(name, `after ${node.name}`);
  }
  for (const name of graph.outputs) if (!Object.hasOwn(graph.constants, name)) check(name, 'at the end');
}
