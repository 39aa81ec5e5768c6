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
  const placements = new Map<string, Placement>();
  const arenas: Arena[] = [];
  // In the order in which values begin to live: who has died does not come back.
  for (const { name, sizeBytes, start, end } of findLifetimes(steps, types, inputs, outputs)) {
    const step = start < 0 ? undefined : steps[start];
    const forbidden = new Set(step?.reads.map((read) => placements.get(read)?.arena));
    let number = 0;
    let gap: Gap | undefined;
    for (; gap === undefined; number++) {
      const arena = (arenas[number] ??= { members: [], sizeBytes: 0, firstEnd: Infinity });
      if (forbidden.has(number)) continue;
      if (arena.firstEnd < start) removeDead(arena, start);
      const found = findGap(sizeBytes, arena.members, options.alignment);
      if (found.offset + sizeBytes <= options.maxArenaBytes || arena.sizeBytes === 0) gap = found;
    }
    const arena = arenas[number - 1];
    const { offset } = gap;
    placements.set(name, { arena: number - 1, offset, sizeBytes });
    arena.members.splice(gap.index, 0, { offset, sizeBytes, end });
    arena.sizeBytes = Math.max(arena.sizeBytes, offset + sizeBytes);
    arena.firstEnd = Math.min(arena.firstEnd, end);
  }
  return { placements, arenaBytes: arenas.map((arena) => arena.sizeBytes) };
}

interface Member {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly end: number;
}

interface Arena {
  /** Values that still live, by offset. */
  members: Member[];
  /** When the first of the members dies. */
  firstEnd: number;
  sizeBytes: number;
}

/** Room in an arena: its offset, and its place among the members. */
interface Gap {
  readonly offset: number;
  readonly index: number;
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

function removeDead(arena: Arena, start: number): void {
  arena.members = arena.members.filter((member) => member.end >= start);
  arena.firstEnd = arena.members.reduce((first, member) => Math.min(first, member.end), Infinity);
}

/** The lowest aligned offset at which the value fits between those that live at the same time. */
function findGap(sizeBytes: number, members: readonly Member[], alignment: number): Gap {
  let offset = 0;
  for (let index = 0; index < members.length; index++) {
    const member = members[index];
    if (member.offset - offset >= sizeBytes) return { offset, index };
    offset = Math.max(offset, Math.ceil((member.offset + member.sizeBytes) / alignment) * alignment);
  }
  return { offset, index: members.length };
}
