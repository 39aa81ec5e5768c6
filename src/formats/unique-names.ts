/** Hands out names that are not empty and not taken, the same ones for the same sequence of requests. */
export class UniqueNames {
  // A value called "constructor" or "__proto__" would be found in every plain object.
  readonly #taken = new Set(Object.getOwnPropertyNames(Object.prototype));
  /** By name, the number that comes next behind it, so that no request tries again what others tried. */
  readonly #next = new Map<string, number>();

  /**
   * The name, or where it is taken `name_2`, `name_3`, ….
   * @param fallback stands for a name that is empty
   */
  unique(name: string, fallback: string): string {
    const base = name === '' ? fallback : name;
    let candidate = base;
    let number = this.#next.get(base) ?? 2;
    while (this.#taken.has(candidate)) candidate = `${base}_${number++}`;
    this.#next.set(base, number);
    this.#taken.add(candidate);
    return candidate;
  }
}
