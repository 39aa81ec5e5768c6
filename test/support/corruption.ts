import { createRandom, type Random } from '../../src/tensor/random.ts';

/** A number of an intact file that its reader looks at: where a changed bit meets a check. */
export interface Place {
  readonly offset: number;
  readonly bytes: number;
}

/** A damaged copy of a file, and what was done to it. */
export interface Corruption {
  readonly kind: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const accessors = {
  getUint8: 1,
  getInt8: 1,
  getUint16: 2,
  getUint32: 4,
  getInt32: 4,
  getFloat32: 4,
  getBigUint64: 8,
  getBigInt64: 8,
} as const;

/** Every number of the file that is read through a DataView while `read` runs, in order of position. */
export function observeReads(file: Uint8Array, read: (file: Uint8Array) => unknown): readonly Place[] {
  const copy = Uint8Array.from(file);
  const widths = new Map<number, number>();
  const prototype = DataView.prototype as unknown as Record<string, (offset: number, isLittle?: boolean) => unknown>;
  const originals = Object.entries(accessors).map(([name, bytes]) => {
    const original = prototype[name];
    prototype[name] = function (this: DataView, offset: number, isLittle?: boolean) {
      if (this.buffer === copy.buffer) widths.set(this.byteOffset + offset, bytes);
      return original.call(this, offset, isLittle);
    };
    return [name, original] as const;
  });
  try {
    read(copy);
  } finally {
    for (const [name, original] of originals) prototype[name] = original;
  }
  return [...widths].map(([offset, bytes]) => ({ offset, bytes })).sort((a, b) => a.offset - b.offset);
}

/** A file that can be damaged in a way that its reader notices. */
export interface Target {
  readonly file: Uint8Array;
  /** Places by stretch: a list's numbers lie side by side and count as one, so that long lists do not draw all damage. */
  readonly stretches: readonly (readonly Place[])[];
}

/** @param places what the file's reader looks at; all bytes when absent */
export function targetOf(file: Uint8Array, places?: readonly Place[]): Target {
  const stretches: Place[][] = [];
  for (const place of places ?? Array.from(file, (_, offset) => ({ offset, bytes: 1 }))) {
    const last = stretches.at(-1)?.at(-1);
    const isNext = last !== undefined && last.bytes === place.bytes && last.offset + last.bytes === place.offset;
    if (isNext) stretches.at(-1)!.push(place);
    else stretches.push([place]);
  }
  return { file, stretches };
}

/** What a change works with. The bytes are a copy that it may write to. */
interface Subject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stretches: Target['stretches'];
  readonly random: Random;
}

/** Each way to damage a file, and how often it is taken. */
const kinds: Readonly<Record<string, readonly [share: number, (subject: Subject) => Uint8Array<ArrayBuffer>]>> = {
  'bits of one number': [20, (subject) => flipBits(subject, 1)],
  'bits of several numbers': [12, (subject) => flipBits(subject, 2 + subject.random.integer(16))],
  'bits anywhere': [6, flipAnywhere],
  'a number set to an extreme': [22, setExtreme],
  'an aligned word set to an extreme': [6, setAlignedWord],
  'a number of another place': [10, copyNumber],
  'a reference to another place': [10, redirect],
  'cut short': [6, cut],
  'made longer': [2, extend],
  'two blocks swapped': [3, swapBlocks],
  'a block twice': [3, duplicateBlock],
};

/** A damaged copy of an intact file: the same seed makes the same damage. */
export function corrupt({ file, stretches }: Target, seed: number): Corruption {
  const random = createRandom(seed);
  const total = Object.values(kinds).reduce((sum, [share]) => sum + share, 0);
  let drawn = random.integer(total);
  for (const [kind, [share, damage]] of Object.entries(kinds)) {
    drawn -= share;
    if (drawn < 0) return { kind, bytes: damage({ bytes: Uint8Array.from(file), stretches, random }) };
  }
  throw new Error('The shares are counted wrong.');
}

function pick<T>({ random }: Subject, list: readonly T[]): T {
  return list[random.integer(list.length)];
}

function pickPlace(subject: Subject): Place {
  return pick(subject, pick(subject, subject.stretches));
}

/** A place of as many bytes as asked for, or any after a few tries. */
function pickPlaceOf(subject: Subject, bytes: number): Place {
  let place = pickPlace(subject);
  for (let tries = 0; place.bytes !== bytes && tries < 50; tries++) place = pickPlace(subject);
  return place;
}

/** One to three bits of each number; the numbers are anywhere, or in one stretch. */
function flipBits(subject: Subject, count: number): Uint8Array<ArrayBuffer> {
  const { bytes, random } = subject;
  const stretch = pick(subject, subject.stretches);
  const isTogether = random.integer(2) === 0;
  for (let i = 0; i < count; i++) {
    const place = isTogether ? pick(subject, stretch) : pickPlace(subject);
    for (let bits = 1 + random.integer(3); bits > 0; bits--) {
      bytes[place.offset + random.integer(place.bytes)] ^= 1 << random.integer(8);
    }
  }
  return bytes;
}

function flipAnywhere({ bytes, random }: Subject): Uint8Array<ArrayBuffer> {
  for (let count = 2 ** random.integer(9); count > 0; count--) {
    bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
  }
  return bytes;
}

function setExtreme(subject: Subject): Uint8Array<ArrayBuffer> {
  const count = subject.random.integer(4) === 0 ? 2 : 1;
  for (let i = 0; i < count; i++) {
    const { offset, bytes } = pickPlace(subject);
    writeNumber(subject.bytes, offset, bytes, extremeOf(subject, bytes));
  }
  return subject.bytes;
}

function setAlignedWord(subject: Subject): Uint8Array<ArrayBuffer> {
  const offset = 4 * subject.random.integer(Math.floor(subject.bytes.length / 4));
  writeNumber(subject.bytes, offset, 4, extremeOf(subject, 4));
  return subject.bytes;
}

/** Bounds of the signed and unsigned numbers of that size, and of the file, and what stands next to them. */
function extremeOf(subject: Subject, bytes: number): bigint {
  const bits = BigInt(8 * bytes);
  const length = BigInt(subject.bytes.length);
  const near = BigInt(subject.random.integer(9) - 4);
  const half = 1n << (bits - 1n);
  const bounds = [0n, 1n, 2n, half - 1n, half, 2n * half - 1n, length + near, length / 4n + near, half / 2n + near];
  return BigInt.asUintN(8 * bytes, pick(subject, bounds));
}

function copyNumber(subject: Subject): Uint8Array<ArrayBuffer> {
  const to = pickPlace(subject);
  const from = pickPlaceOf(subject, to.bytes);
  return subject.bytes.copyWithin(to.offset, from.offset, from.offset + Math.min(from.bytes, to.bytes));
}

/** A word that holds the distance to another place, as a reference to it would. */
function redirect(subject: Subject): Uint8Array<ArrayBuffer> {
  const from = pickPlaceOf(subject, 4);
  const to = pickPlaceOf(subject, 4);
  writeNumber(subject.bytes, from.offset, from.bytes, BigInt.asUintN(8 * from.bytes, BigInt(to.offset - from.offset)));
  return subject.bytes;
}

function cut(subject: Subject): Uint8Array<ArrayBuffer> {
  const { random, bytes } = subject;
  const isAnywhere = random.integer(2) === 0;
  return bytes.slice(0, isAnywhere ? random.integer(bytes.length) : pickPlace(subject).offset + random.integer(8));
}

function extend({ bytes, random }: Subject): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(bytes.length + 1 + random.integer(4096));
  longer.set(bytes);
  if (random.integer(2) === 0) for (let i = bytes.length; i < longer.length; i++) longer[i] = random.integer(256);
  return longer;
}

function swapBlocks(subject: Subject): Uint8Array<ArrayBuffer> {
  const { bytes } = subject;
  const { from, to, length } = blocksOf(subject);
  const saved = bytes.slice(to, to + length);
  bytes.copyWithin(to, from, from + length);
  bytes.set(saved, from);
  return bytes;
}

function duplicateBlock(subject: Subject): Uint8Array<ArrayBuffer> {
  const { from, to, length } = blocksOf(subject);
  return subject.bytes.copyWithin(to, from, from + length);
}

/** Two blocks of one size, at places or anywhere. */
function blocksOf(subject: Subject): { readonly from: number; readonly to: number; readonly length: number } {
  const { bytes, random } = subject;
  const start = (): number => (random.integer(3) > 0 ? pickPlace(subject).offset : random.integer(bytes.length));
  const [from, to] = [start(), start()];
  const length = Math.min(2 ** random.integer(12), bytes.length - Math.max(from, to));
  return { from, to, length };
}

function writeNumber(file: Uint8Array, offset: number, bytes: number, value: bigint): void {
  for (let i = 0; i < bytes; i++) file[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
