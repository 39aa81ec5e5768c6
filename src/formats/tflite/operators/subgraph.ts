import { FormatError, UnsupportedOpError } from '../../../errors.ts';
import type { FileOperator, FileTensor } from '../model.ts';
import { type Expanded, type Expansion, type OperatorFamily, optionsSchema } from '../operator.ts';
import { inlined, optionsTable, withOutputs } from '../subgraphs.ts';

const callSchema = optionsSchema(16, 'CallOptions', { subgraph: 0 });
const compositeSchema = optionsSchema(21, 'StableHLOCompositeOptions', { decomposition_subgraph_index: 1 });
const ifSchema = optionsSchema(92, 'IfOptions', { then_subgraph_index: 0, else_subgraph_index: 1 });
const whileSchema = optionsSchema(93, 'WhileOptions', { cond_subgraph_index: 0, body_subgraph_index: 1 });

/**
 * What runs other subgraphs of the file: their operators take its place. Which of two runs, and how often one does, must be
 * known when the model is imported, as it is of a loop over the steps of a sequence.
 */
export const subgraph: OperatorFamily = {
  types: ['CALL', 'STABLEHLO_COMPOSITE', 'IF', 'WHILE'],
  inputCount: [0, Infinity],
  outputCount: [0, Infinity],
  expand(operator, expansion) {
    const { type, inputs } = operator;
    if (type === 'WHILE') return loop(operator, expansion);
    if (type === 'IF') return branch(operator, expansion);
    const table =
      type === 'CALL'
        ? optionsTable(operator, callSchema)?.uint32('subgraph')
        : optionsTable(operator, compositeSchema, true)?.int32('decomposition_subgraph_index');
    return called(operator, expansion, table, inputs);
  },
  read(operator) {
    throw operator.unsupported('a subgraph');
  },
};

function called(
  operator: FileOperator,
  expansion: Expansion,
  index: number | undefined,
  inputs: readonly (FileTensor | undefined)[],
): Expanded {
  const own = requireIndex(operator, index);
  const { operators, outputs } = inlined(expansion, own, inputs, new Map());
  return withOutputs(expansion, operator, outputs, operators);
}

function branch(operator: FileOperator, expansion: Expansion): Expanded {
  const [condition, ...inputs] = operator.inputs;
  const table = optionsTable(operator, ifSchema);
  const isTrue = condition && truth(operator, expansion, condition);
  const index = table?.int32(isTrue === true ? 'then_subgraph_index' : 'else_subgraph_index');
  return called(operator, expansion, index, inputs);
}

function loop(operator: FileOperator, expansion: Expansion): Expanded {
  const table = optionsTable(operator, whileSchema);
  const condition = requireIndex(operator, table?.int32('cond_subgraph_index'));
  const body = requireIndex(operator, table?.int32('body_subgraph_index'));
  const constants = new Map<FileTensor, FileTensor>();
  const turn = (values: readonly (FileTensor | undefined)[]): Expanded => {
    const { operators, outputs } = inlined(expansion, condition, values, constants);
    const resume = (): Expanded => {
      if (outputs.length !== 1) throw wrong(operator, `a condition of ${outputs.length} values`);
      if (!truth(operator, expansion, outputs[0])) {
        return withOutputs(expansion, operator, values as readonly FileTensor[]);
      }
      const next = inlined(expansion, body, values, constants);
      if (next.outputs.length !== values.length)
        throw wrong(operator, `${next.outputs.length} values of ${values.length}`);
      return [...next.operators, { operator, resume: () => turn(next.outputs) }];
    };
    return [...operators, { operator, resume }];
  };
  return turn(operator.inputs);
}

/** @throws UnsupportedOpError where it is computed at run time */
function truth(operator: FileOperator, expansion: Expansion, tensor: FileTensor): boolean {
  const known = expansion.computed(tensor) ?? (tensor.data === undefined ? undefined : expansion.stored(tensor));
  if (known !== undefined) return known.data[0] !== 0;
  throw new UnsupportedOpError(
    `${operator.type} (operator ${operator.index}): its condition "${tensor.name}" is computed at run time`,
  );
}

function requireIndex(operator: FileOperator, index: number | undefined): number {
  if (index === undefined || index < 1) throw wrong(operator, `no subgraph but ${index ?? 'none'}`);
  return index;
}

function wrong({ type, index }: FileOperator, what: string): FormatError {
  return new FormatError(`tflite: ${type} (operator ${index}) has ${what}. The file is damaged.`);
}
