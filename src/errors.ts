/** Controls, line and direction marks, and halves of surrogate pairs: what a terminal obeys, or what hides other text. */
const unprintable = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu;

const longestMessage = 10_000;

/**
 * Text of a stranger's file, such as a name, as messages and terminals can bear it: control characters become escapes
 * (`\u001b`), and a text that is longer loses its middle.
 */
export function printable(text: string, longest: number): string {
  const kept = text.length > longest ? shorten(text, longest) : text;
  return kept.replace(unprintable, escapeCharacter);
}

function shorten(text: string, longest: number): string {
  const half = longest >> 1;
  return `${text.slice(0, half)}… (${text.length - 2 * half} more characters) …${text.slice(-half)}`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Base of every error this library throws on purpose: the message says what, where, with which values, and the fix.
 * What it quotes of a file is made printable.
 */
export class QuadotError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    const kept = message.length > longestMessage ? shorten(message, longestMessage) : message;
    super(
      kept.replace(unprintable, (character) => (character === '\n' ? '\n' : escapeCharacter(character))),
      options,
    );
    this.name = new.target.name;
  }
}

/**
 * What a program can do about a DeviceError: after `lost`, run again; after `out-of-memory` or `limit`, free something
 * or take a smaller batch or model; after `destroyed`, make a new one; after `unavailable`, do without a GPU.
 * `validation` and `internal` are what the driver reported, and a bug here or there.
 */
export type DeviceErrorReason =
  | 'unavailable'
  | 'lost'
  | 'destroyed'
  | 'out-of-memory'
  | 'limit'
  | 'validation'
  | 'internal';

/** No usable GPU, a lost device, a failed allocation, or a validation error the driver reported. */
export class DeviceError extends QuadotError {
  /** Absent where the message says all: wrong use, or options that do not exist. */
  readonly reason: DeviceErrorReason | undefined;

  constructor(message: string, options: ErrorOptions & { readonly reason?: DeviceErrorReason } = {}) {
    super(message, options);
    this.reason = options.reason;
  }
}

/** Shapes, dtypes or attributes that do not fit together. */
export class ShapeError extends QuadotError {}

/** A file that is malformed, truncated, or not of the format it claims. */
export class FormatError extends QuadotError {}

/** A model that needs operators or features this library does not have. */
export class UnsupportedOpError extends QuadotError {}

/** An op that this library has but has not loaded: `await loadOps(graph)` does. */
export class OpNotLoadedError extends QuadotError {}

/** Numbers outside what an exact computation can carry: overflow, a non-finite scale, a NaN where none may be. */
export class NumericError extends QuadotError {}
