import { OpNotLoadedError } from '../../errors.ts';
import { commonFamilies } from './common-families.ts';
import type { StatedValue } from '../../ops/lib/unsupported-operator.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { FileModel, FileOperator, FileTensor } from './model.ts';
import type { OperatorFamily } from './operator.ts';

/** What a file says of a tensor that no graph can have. */
interface StatedTypes {
  readonly statedValue: (tensor: FileTensor) => StatedValue;
  readonly stateType: (tensor: FileTensor) => TensorType;
}

/** By BuiltinOperator name, or `CUSTOM` and the custom code. */
const families = new Map<string, OperatorFamily>();
const merges: ((model: FileModel) => FileModel)[] = [];
/** What tells of operators that there are not. */
let stated: StatedTypes | undefined;
let isComplete = false;
addFamilies(commonFamilies);

function addFamilies(added: readonly OperatorFamily[]): void {
  for (const family of added) {
    for (const type of family.types) families.set(type, family);
    if (family.merge !== undefined) merges.push(family.merge);
  }
}

/** The file with its operators as far as possible in the form in which this library has them. */
export function mergedModel(model: FileModel): FileModel {
  return merges.reduce((merged, merge) => merge(merged), model);
}

/**
 * The family of an operator; undefined when there is none.
 * @throws OpNotLoadedError when it may be among those that come later
 */
export function familyOf({ type, customCode }: FileOperator): OperatorFamily | undefined {
  const key = customCode === '' ? type : `${type} ${customCode}`;
  const family = families.get(key);
  if (family === undefined && !isComplete) throw new OpNotLoadedError(`tflite: ${key} is not loaded yet.`);
  return family;
}

/** @throws OpNotLoadedError when it is still to come */
export function statedTypes(): StatedTypes {
  if (stated === undefined) throw new OpNotLoadedError('tflite: what is unsupported is not loaded yet.');
  return stated;
}

/** Loads the families that few models need. */
export async function loadMoreFamilies(): Promise<void> {
  if (isComplete) return;
  const [{ moreFamilies }, { statedValue, stateType }] = await Promise.all([
    import('./more-families.ts'),
    import('./stated-types.ts'),
  ]);
  if (isComplete) return;
  stated = { statedValue, stateType };
  addFamilies(moreFamilies);
  isComplete = true;
}
