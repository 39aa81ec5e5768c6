import type { Table } from './flatbuffer.ts';
import type { FileOperator, FileTensor } from './model.ts';
import type { Expanded, Expansion } from './operator.ts';

/**
 * The operators of a subgraph on other tensors. Those of its own are new each time, but for constants, which all share.
 * @param inputs in the order of the subgraph's
 * @param constants those known so far; more are added
 * @returns its operators, and its outputs
 */
export function inlined(
  expansion: Expansion,
  index: number,
  inputs: readonly (FileTensor | undefined)[],
  constants: Map<FileTensor, FileTensor>,
): { readonly operators: readonly FileOperator[]; readonly outputs: readonly FileTensor[] } {
  const subgraph = expansion.subgraph(index);
  const bound = new Map<FileTensor, FileTensor>();
  subgraph.inputs.forEach((tensor, position) => {
    const given = inputs[position];
    if (given !== undefined) bound.set(tensor, given);
  });
  const of = (tensor: FileTensor): FileTensor => {
    const known = bound.get(tensor) ?? constants.get(tensor);
    if (known !== undefined) return known;
    const own = expansion.adopt(tensor);
    (tensor.data === undefined ? bound : constants).set(tensor, own);
    return own;
  };
  return {
    operators: subgraph.operators.map((operator) => ({
      ...operator,
      inputs: operator.inputs.map((tensor) => tensor && of(tensor)),
      outputs: operator.outputs.map(of),
    })),
    outputs: subgraph.outputs.map(of),
  };
}

/** After the operators of a subgraph, its outputs are those of the operator that runs it. */
export function withOutputs(
  expansion: Expansion,
  operator: FileOperator,
  made: readonly FileTensor[],
  operators: Expanded = [],
): Expanded {
  const where = `${operator.type} (operator ${operator.index})`;
  const resume = (): Expanded => {
    operator.outputs.forEach((output, position) => {
      const from = made.at(position);
      if (from !== undefined) expansion.copy(from, output, where);
    });
    return [];
  };
  return [...operators, { operator, resume }];
}

/** Options of an operator, in either of the two places; undefined where there are none of that number. */
export function optionsTable<F extends string>(
  { table }: FileOperator,
  schema: { readonly table: string; readonly fields: Readonly<Record<F, number>>; readonly unionType: number },
  isSecond = false,
): Table<F> | undefined {
  const type = table.uint8(isSecond ? 'builtin_options_2_type' : 'builtin_options_type');
  return type === schema.unionType
    ? table.table(isSecond ? 'builtin_options_2' : 'builtin_options', schema)
    : undefined;
}
