import { moreOps } from '../ops/more-ops.ts';
import { addOps } from '../ops/registry.ts';
import { callLayer, type LayerDescription, type SymbolicValue } from './value.ts';

/** `callLayer` for the ops that not every page loads: whoever uses their layers brings them along. */
export function callMore(description: LayerDescription): SymbolicValue {
  addOps(moreOps);
  return callLayer(description);
}
