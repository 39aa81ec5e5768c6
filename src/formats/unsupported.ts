import { UnsupportedOpError } from '../errors.ts';

const SHOWN = 10;
const SHOWN_OPERATORS = 40;

/** Gathers everything in a model that this library cannot run, to report it in one error. */
export class UnsupportedReport {
  readonly #operators = new Map<string, number>();
  readonly #tensors = new Map<string, Set<string>>();
  readonly #uses: string[] = [];

  get isEmpty(): boolean {
    return this.#operators.size + this.#tensors.size + this.#uses.length === 0;
  }

  operator(label: string): void {
    this.#operators.set(label, (this.#operators.get(label) ?? 0) + 1);
  }

  /**
   * @param kind what of the tensor is not supported, such as its element type
   * @param tensor what it is called
   */
  tensor(kind: string, tensor: string): void {
    const names = this.#tensors.get(kind) ?? new Set();
    this.#tensors.set(kind, names.add(tensor));
  }

  /** A supported operator in a way that is not. */
  use(description: string): void {
    this.#uses.push(description);
  }

  /**
   * @param model begins the message
   * @throws UnsupportedOpError when anything was reported
   */
  throwIfAny(model: string): void {
    const parts: string[] = [];
    if (this.#operators.size > 0) {
      const counts = [...this.#operators].map(([label, count]) => `${label} ×${count}`);
      parts.push(`operators ${shortList(counts, ', ', SHOWN_OPERATORS)}`);
    }
    for (const [kind, names] of this.#tensors) parts.push(`${kind} of ${shortList([...names], ', ')}`);
    if (this.#uses.length > 0) parts.push(shortList(this.#uses, '; '));
    if (parts.length === 0) return;
    throw new UnsupportedOpError(
      `${model}: not supported: ${parts.join('; ')}. ` +
        'Convert the model without these, or cut it before the first of them and compute the rest from its outputs. ' +
        '`quadot inspect`, or the import with keepsUnsupported, shows all layers.',
    );
  }
}

function shortList(items: readonly string[], separator: string, shown: number = SHOWN): string {
  const rest = items.length - shown;
  return rest > 0 ? `${items.slice(0, shown).join(separator)} and ${rest} more` : items.join(separator);
}
