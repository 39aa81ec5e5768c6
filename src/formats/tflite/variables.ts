import { Table } from './flatbuffer.ts';
import type { FileModel, FileOperator, FileState, FileTensor, Subgraph } from './model.ts';
import { optionsSchema, type OptionsSchema } from './operator.ts';

const handleSchema = optionsSchema(111, 'VarHandleOptions', { container: 0, shared_name: 1 });
const onceSchema = optionsSchema(103, 'CallOnceOptions', { init_subgraph_index: 0 });

/** A variable while the operators are gone through. */
interface Variable {
  /** What is read before anything is assigned; absent until it is read. */
  input?: FileTensor;
  /** What was assigned last. */
  current?: FileTensor;
  first?: FileTensor;
}

/**
 * The model with variables as values: what reads one, before it is assigned, becomes a tensor that is remembered between
 * runs, and what is assigned last is what is remembered. CALL_ONCE says what they are in the first run.
 * The model as it is where a handle goes anywhere else.
 */
export function withVariables(model: FileModel): FileModel {
  if (!model.operators.some(({ type }) => type === 'VAR_HANDLE')) return model;
  const names = handlesOf(model);
  const variables = new Map<string, Variable>([...names.values()].map((name) => [name, {}]));
  for (const operator of model.operators) {
    if (operator.type !== 'CALL_ONCE') continue;
    if (!setFirst(model, operator, variables)) return model;
  }
  const replaced = new Map<FileTensor, FileTensor>();
  const tensors = [...model.tensors];
  const operators: FileOperator[] = [];
  for (const operator of model.operators) {
    const { type, inputs, outputs } = operator;
    if (type === 'VAR_HANDLE' || type === 'CALL_ONCE') continue;
    const given = inputs.map((tensor) => tensor && (replaced.get(tensor) ?? tensor));
    const variable = variables.get(names.get(inputs[0]!) ?? '');
    if (type === 'READ_VARIABLE' && variable !== undefined && outputs.length === 1) {
      if (variable.current === undefined) {
        const [output] = outputs;
        variable.input = { ...output, isShared: true };
        variable.current = variable.input;
        tensors[output.index] = variable.input;
      }
      replaced.set(outputs[0], variable.current);
    } else if (type === 'ASSIGN_VARIABLE' && variable !== undefined && given[1] !== undefined)
      variable.current = given[1];
    else if (inputs.some((tensor) => tensor !== undefined && names.has(tensor))) return model;
    else operators.push({ ...operator, inputs: given });
  }
  const states = [...variables.values()].flatMap(({ input, current, first }): FileState[] =>
    input === undefined || current === undefined ? [] : [{ input, output: current, ...(first && { first }) }],
  );
  const outputs = model.outputs.map((tensor) => replaced.get(tensor) ?? tensor);
  return { ...model, tensors, operators, outputs, states };
}

/** The names of variables by the tensors that are their handles. */
function handlesOf({ operators }: Subgraph): Map<FileTensor, string> {
  const names = new Map<FileTensor, string>();
  for (const operator of operators) {
    const [handle] = operator.outputs;
    if (operator.type !== 'VAR_HANDLE' || handle === undefined) continue;
    const options = optionsOf(operator, handleSchema);
    names.set(handle, `${options.string('container') ?? ''}/${options.string('shared_name') ?? ''}`);
  }
  return names;
}

/** @returns whether the subgraph does nothing but to assign constants */
function setFirst(model: FileModel, operator: FileOperator, variables: ReadonlyMap<string, Variable>): boolean {
  const subgraph = model.subgraph(optionsOf(operator, onceSchema).int32('init_subgraph_index'));
  const names = handlesOf(subgraph);
  return subgraph.operators.every(({ type, inputs: [handle, value] }) => {
    if (type === 'VAR_HANDLE') return true;
    if (type !== 'ASSIGN_VARIABLE' || handle === undefined || value?.data === undefined) return false;
    const variable = variables.get(names.get(handle) ?? '');
    if (variable !== undefined) variable.first = value;
    return true;
  });
}

function optionsOf<F extends string>({ table }: FileOperator, schema: OptionsSchema<F>): Table<F> {
  const isOwn = table.uint8('builtin_options_type') === schema.unionType;
  return (isOwn ? table.table('builtin_options', schema) : undefined) ?? new Table(table.file, schema, null);
}
