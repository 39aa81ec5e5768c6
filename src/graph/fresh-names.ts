import type { Graph } from './graph.ts';

/** Makes names that no node and no value of a graph has. */
export class FreshNames {
  readonly #used: Set<string>;
  readonly #counts = new Map<string, number>();

  constructor({ nodes, values }: Graph) {
    this.#used = new Set([...Object.keys(values), ...nodes.map(({ name }) => name)]);
  }

  /** `prefix-0`, `prefix-1`, … */
  next(prefix: string): string {
    let count = this.#counts.get(prefix) ?? 0;
    while (this.#used.has(`${prefix}-${count}`)) count++;
    const name = `${prefix}-${count}`;
    this.#counts.set(prefix, count + 1);
    this.#used.add(name);
    return name;
  }
}
