import { ShapeError } from '../errors.ts';
import type { SortedCall } from './sort-calls.ts';
import type { SymbolicValue } from './value.ts';

/** What everything in a graph is called. */
interface Names {
  ofInput(value: SymbolicValue): string;
  ofCall(value: SymbolicValue): { readonly node: string; readonly output: string };
}

/**
 * Names inputs, nodes and values: names that were given stay, the others are the layer's kind with a number
 * (conv2d, conv2d_1, …) in topological order, so the same code always gives the same names.
 * @throws ShapeError when a given name is used twice
 */
export function createNames(
  calls: readonly SortedCall[],
  inputs: readonly SymbolicValue[],
  outputs: readonly (readonly [string | undefined, SymbolicValue])[],
): Names {
  const nodeNames = new Set<string>();
  const valueNames = new Map<string, SymbolicValue>();
  const claim = (name: string, value: SymbolicValue): string => {
    if (valueNames.has(name)) throw new ShapeError(`model: two values are named "${name}". Give one another name.`);
    valueNames.set(name, value);
    return name;
  };

  const inputNames = new Map(
    inputs.map((value) => {
      if (value.source.kind !== 'input')
        throw new ShapeError("model: `inputs` lists a layer's result. List what input() gave.");
      return [value, claim(value.source.name, value)] as const;
    }),
  );
  const outputNames = new Map<SymbolicValue, string>();
  for (const [name, value] of outputs) {
    if (value.source.kind === 'input' || outputNames.has(value)) {
      throw new ShapeError(
        `model: output "${name ?? ''}" is an input or another output as it is. A graph's outputs are different results of layers.`,
      );
    }
    if (name !== undefined) outputNames.set(value, claim(name, value));
  }
  // Given names first, so that a generated one never takes them.
  for (const { value, call } of calls) {
    if (call.name === undefined) continue;
    if (nodeNames.has(call.name))
      throw new ShapeError(`model: two layers are named "${call.name}". Give one another name.`);
    nodeNames.add(call.name);
    if (!outputNames.has(value)) claim(call.name, value);
  }
  const callNames = new Map(
    calls.map(({ value, call }) => {
      const node = call.name ?? firstFree(call.baseName, (name) => nodeNames.has(name) || valueNames.has(name));
      nodeNames.add(node);
      const output = outputNames.get(value) ?? node;
      valueNames.set(output, value);
      return [value, { node, output }] as const;
    }),
  );
  return {
    ofInput: (value) => inputNames.get(value)!,
    ofCall: (value) => callNames.get(value)!,
  };
}

function firstFree(baseName: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(baseName)) return baseName;
  let number = 1;
  while (isTaken(`${baseName}_${number}`)) number++;
  return `${baseName}_${number}`;
}
