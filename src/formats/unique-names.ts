/** Hands out names that are not empty and not taken, the same ones for the same sequence of requests. */
export class UniqueNames {
  // A value called "constructor" or "__proto__" would be found in every plain object.
  readonly #taken = new Set(Object.getOwnPropertyNames(Object.prototype));

  /** @param fallback what to call it, or to append, when the name itself cannot be had */
  unique(name: string, fallback: string): string {
    let candidate = name === '' ? fallback : name;
    while (this.#taken.has(candidate)) candidate = `${candidate}:${fallback}`;
    this.#taken.add(candidate);
    return candidate;
  }
}
