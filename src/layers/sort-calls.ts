import { ShapeError } from '../errors.ts';
import type { LayerCall, SymbolicValue } from './value.ts';

/** A value and the layer call that makes it. */
export interface SortedCall {
  readonly value: SymbolicValue;
  readonly call: LayerCall;
}

/** Every call the values depend on, each after its operands. */
export function sortCalls(values: readonly SymbolicValue[], inputs: readonly SymbolicValue[]): readonly SortedCall[] {
  const sorted: SortedCall[] = [];
  const seen = new Set<SymbolicValue>();
  const visit = (value: SymbolicValue): void => {
    if (seen.has(value)) return;
    seen.add(value);
    const { source } = value;
    if (source.kind === 'input') {
      if (inputs.includes(value)) return;
      throw new ShapeError(
        `model: an output depends on input "${source.name}", which \`inputs\` does not list. Add it.`,
      );
    }
    for (const operand of source.operands) {
      if (operand && !('kind' in operand)) visit(operand);
    }
    sorted.push({ value, call: source });
  };
  values.forEach(visit);
  return sorted;
}
