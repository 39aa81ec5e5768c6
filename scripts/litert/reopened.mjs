/** An oracle that is opened again after an abort, which leaves nothing of it in use. */
export class Reopened {
  #open;
  #oracle;

  /**
   * @param {() => Promise<import('./runtime.mjs').Oracle>} open
   * @param {import('./runtime.mjs').Oracle} oracle
   */
  constructor(open, oracle) {
    this.#open = open;
    this.#oracle = oracle;
  }

  /** @param {() => Promise<import('./runtime.mjs').Oracle>} open */
  static async open(open) {
    return new Reopened(open, await open());
  }

  get name() {
    return this.#oracle.name;
  }

  /**
   * @param {Uint8Array} bytes of a TFLite file
   * @param {readonly { readonly data: ArrayBufferView }[]} inputs
   * @returns {Promise<import('./runtime.mjs').Output[] | Error>} its outputs, or why there are none
   */
  async run(bytes, inputs) {
    try {
      const model = await this.#oracle.load(bytes);
      const outputs = model.run(inputs.map(({ data }) => data));
      model.delete();
      return outputs;
    } catch (error) {
      this.#oracle = await this.#open();
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
