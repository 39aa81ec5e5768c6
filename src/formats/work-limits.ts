import { FormatError, UnsupportedOpError } from '../errors.ts';
import { rowLength, type Shape } from '../tensor/shape.ts';

/** Bytes of constants that operators read, each use counted: several may share weights, but each is prepared for itself. */
const SHARED_CONSTANT_BYTES = 2 ** 28;
const MAXIMUM_SHARING = 4;
/** Bytes of constants that are made rather than stored, as a list of counting numbers is: what small files need, and more with the file's size. */
const MADE_BYTES = 2 ** 20;
const MADE_PER_FILE_BYTE = 4;
/** Output channels of all layers with weights; each takes hundreds of times the work of a weight. */
const MAXIMUM_CHANNELS = 2 ** 23;

/** Keeps a small file from making much work of a few large numbers. */
export class WorkLimits {
  readonly #format: string;
  readonly #constantBytesLimit: number;
  readonly #madeBytesLimit: number;
  #constantBytes = 0;
  #madeBytes = 0;
  #channels = 0;

  /** @param format begins the messages */
  constructor(format: string, fileBytes: number) {
    this.#format = format;
    this.#constantBytesLimit = Math.max(SHARED_CONSTANT_BYTES, MAXIMUM_SHARING * fileBytes);
    this.#madeBytesLimit = MADE_BYTES + MADE_PER_FILE_BYTE * fileBytes;
  }

  /** Counts the bytes of a constant that an operator reads. @throws UnsupportedOpError when they become too many */
  countConstant(bytes: number, where: string): void {
    this.#constantBytes += bytes;
    if (this.#constantBytes <= this.#constantBytesLimit) return;
    throw new UnsupportedOpError(
      `${this.#format}: ${where}: the operators up to here read ${this.#constantBytes} bytes of constants, counting those ` +
        `they share, and at most ${this.#constantBytesLimit} are prepared. Split the model.`,
    );
  }

  /** Counts the bytes of a constant that the file does not hold, before they are allocated. @throws FormatError when they become too many */
  countMade(bytes: number, where: string): void {
    this.#madeBytes += bytes;
    if (this.#madeBytes <= this.#madeBytesLimit) return;
    throw new FormatError(
      `${this.#format}: ${where}: the operators up to here make constants of ${this.#madeBytes} bytes that the file does ` +
        `not hold; at most ${this.#madeBytesLimit} are made for a file of its size. Split the model.`,
    );
  }

  /** Counts the channels of a layer with weights. @throws UnsupportedOpError when they become too many */
  countChannels(output: Shape, where: string): void {
    this.#channels += rowLength(output);
    if (this.#channels <= MAXIMUM_CHANNELS) return;
    throw new UnsupportedOpError(
      `${this.#format}: ${where}: the layers up to here have ${this.#channels} output channels together; at most ` +
        `${MAXIMUM_CHANNELS} are prepared. Split the model.`,
    );
  }
}
