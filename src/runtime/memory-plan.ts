import { deviceBytes } from '../tensor/quads.ts';
import type { TensorType } from '../tensor/tensor.ts';

/** A value's place on the device. */
export interface Placement {
  readonly arena: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** One step of the program as the planner sees it: the values it reads and writes, by root name. */
export interface PlannedStep {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export interface MemoryPlan {
  readonly placements: ReadonlyMap<string, Placement>;
  readonly arenaBytes: readonly number[];
}

export interface MemoryPlanOptions {
  /** Byte alignment of a storage binding's offset. */
  readonly alignment: number;
  /** Most bytes of one arena. */
  readonly maxArenaBytes: number;
}

interface Lifetime {
  readonly name: string;
  readonly sizeBytes: number;
  /** Step that writes it; −1 for a graph input. */
  readonly start: number;
  /** Last step that reads it; the number of steps for a graph output. */
  end: number;
}

/**
 * Places every activation so that values whose lifetimes do not overlap share memory.
 * A buffer cannot be read and written in one dispatch even at disjoint ranges, so a step's outputs never lie in an arena
 * that holds one of its inputs: two arenas for a chain, more where a step reads from several.
 */
export function planMemory(
  steps: readonly PlannedStep[],
  types: ReadonlyMap<string, TensorType>,
  inputs: readonly string[],
  outputs: readonly string[],
  options: MemoryPlanOptions,
): MemoryPlan {
  const lifetimes = findLifetimes(steps, types, inputs, outputs);
  const placements = new Map<string, Placement>();
  const arenas: Lifetime[][] = [];
  for (const lifetime of lifetimes) {
    const step = lifetime.start < 0 ? undefined : steps[lifetime.start];
    const forbidden = new Set(step?.reads.map((name) => placements.get(name)?.arena));
    let arena = 0;
    let offset = 0;
    for (; ; arena++) {
      if (forbidden.has(arena)) continue;
      arenas[arena] ??= [];
      offset = findGap(lifetime, arenas[arena], placements, options.alignment);
      if (offset + lifetime.sizeBytes <= options.maxArenaBytes || arenas[arena].length === 0) break;
    }
    placements.set(lifetime.name, { arena, offset, sizeBytes: lifetime.sizeBytes });
    arenas[arena].push(lifetime);
  }
  const arenaBytes = Array.from(arenas, (members) =>
    Math.max(0, ...(members ?? []).map(({ name }) => placements.get(name)!.offset + placements.get(name)!.sizeBytes)),
  );
  return { placements, arenaBytes };
}

function findLifetimes(
  steps: readonly PlannedStep[],
  types: ReadonlyMap<string, TensorType>,
  inputs: readonly string[],
  outputs: readonly string[],
): Lifetime[] {
  const lifetimes = new Map<string, Lifetime>();
  const begin = (name: string, start: number): void => {
    const { dtype, shape } = types.get(name)!;
    lifetimes.set(name, { name, sizeBytes: deviceBytes(dtype, shape), start, end: start });
  };
  for (const name of inputs) begin(name, -1);
  steps.forEach((step, index) => {
    for (const name of step.reads) {
      const lifetime = lifetimes.get(name);
      if (lifetime) lifetime.end = index;
    }
    for (const name of step.writes) begin(name, index);
  });
  for (const name of outputs) {
    const lifetime = lifetimes.get(name);
    if (lifetime) lifetime.end = steps.length;
  }
  return [...lifetimes.values()];
}

/** The lowest aligned offset at which the value fits between those of the arena that live at the same time. */
function findGap(
  lifetime: Lifetime,
  members: readonly Lifetime[],
  placements: ReadonlyMap<string, Placement>,
  alignment: number,
): number {
  const busy = members
    .filter((other) => other.start <= lifetime.end && lifetime.start <= other.end)
    .map(({ name }) => placements.get(name)!)
    .sort((a, b) => a.offset - b.offset);
  let offset = 0;
  for (const placement of busy) {
    if (placement.offset - offset >= lifetime.sizeBytes) break;
    offset = Math.max(offset, Math.ceil((placement.offset + placement.sizeBytes) / alignment) * alignment);
  }
  return offset;
}
