import { deviceBytes } from '../tensor/quads.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Program } from './compile.ts';

/** A value's place on the device. */
export interface Placement {
  readonly arena: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * One step of the program as the planner sees it: the values it reads and writes, by the names of those in whose memory
 * they lie. Several steps may write one, each another part.
 */
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
  /** First step that writes it; −1 for a graph input. */
  readonly start: number;
  /** Last step that reads it; the number of steps for a graph output. */
  end: number;
}

/** Places the activations of a program. */
export function planProgramMemory({ graph, steps, views, pieces }: Program, options: MemoryPlanOptions): MemoryPlan {
  const root = (name: string): string => views.get(name)?.root ?? name;
  const whole = (name: string): readonly string[] => pieces.get(name) ?? [name];
  const planned = steps.map(({ node, dispatch }) => ({
    reads: node.inputs.filter((name) => name !== '').map(root),
    // Without a dispatch nothing is written: the bytes are there.
    writes: dispatch === undefined ? [] : node.outputs.map(root),
  }));
  const types = new Map<string, TensorType>(Object.entries(graph.values));
  for (const name of Object.keys(graph.constants)) types.delete(name);
  const [inputs, outputs] = [graph.inputs, graph.outputs].map((names) => names.flatMap(whole).map(root));
  return planMemory(planned, types, inputs, outputs, options);
}

/**
 * Places every activation so that values whose lifetimes do not overlap share memory.
 * A buffer cannot be read and written in one dispatch even at disjoint ranges, so what a step writes never lies in an
 * arena that holds something it reads: two arenas for a chain, more where a step reads from several.
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
  const opposites = findOpposites(steps);
  // In the order in which values begin to live: who has died does not come back.
  for (const { name, sizeBytes, start, end } of findLifetimes(steps, types, inputs, outputs)) {
    const forbidden = new Set(opposites.get(name)?.map((other) => placements.get(other)?.arena));
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

/** For every value those that a step reads and writes it, or writes and reads it, with. */
function findOpposites(steps: readonly PlannedStep[]): ReadonlyMap<string, readonly string[]> {
  const opposites = new Map<string, string[]>();
  const add = (name: string, other: string): unknown =>
    opposites.get(name)?.push(other) ?? opposites.set(name, [other]);
  for (const { reads, writes } of steps) {
    for (const write of writes) {
      for (const read of reads) {
        add(read, write);
        add(write, read);
      }
    }
  }
  return opposites;
}

function findLifetimes(
  steps: readonly PlannedStep[],
  types: ReadonlyMap<string, TensorType>,
  inputs: readonly string[],
  outputs: readonly string[],
): Lifetime[] {
  const lifetimes = new Map<string, Lifetime>();
  const begin = (name: string, start: number): void => {
    if (lifetimes.has(name)) return;
    const { dtype, shape } = types.get(name)!;
    lifetimes.set(name, { name, sizeBytes: deviceBytes(dtype, shape), start, end: start });
  };
  for (const name of inputs) begin(name, -1);
  steps.forEach((step, index) => {
    for (const name of step.writes) begin(name, index);
    for (const name of [...step.reads, ...step.writes]) {
      const lifetime = lifetimes.get(name);
      if (lifetime) lifetime.end = index;
    }
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
