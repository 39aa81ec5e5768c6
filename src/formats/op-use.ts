import type { OpDefinition } from '../ops/define-op.ts';
import type { Ops } from '../ops/registry.ts';

type AttributesOf<T> = T extends OpDefinition<infer A> ? A : never;

/** An op of the registry with attributes of its own type. */
export type OpUse = {
  readonly [Name in keyof Ops]: { readonly op: Name; readonly attributes: AttributesOf<Ops[Name]> };
}[keyof Ops];
