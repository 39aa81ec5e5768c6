import { OpNotLoadedError } from '../../errors.ts';
import { commonFamilies } from './common-families.ts';
import type { FileModel, FileOperator } from './model.ts';
import type { OperatorFamily } from './operator.ts';

/** By BuiltinOperator name, or `CUSTOM` and the custom code. */
const families = new Map<string, OperatorFamily>();
const merges: ((model: FileModel) => FileModel)[] = [];
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

/** Loads the families that few models need. */
export async function loadMoreFamilies(): Promise<void> {
  if (isComplete) return;
  const { moreFamilies } = await import('./more-families.ts');
  if (isComplete) return;
  addFamilies(moreFamilies);
  isComplete = true;
}
