import type { ConvolutionShape } from './convolution-shape.ts';

/**
 * The words of a tap that one quad of output channels reads. Its four channels may belong to several groups; what lies
 * outside of a channel's own group is filled with weights that contribute nothing.
 */
export interface ChannelWindow {
  /** Words that each quad reads of a tap; the same for all. */
  readonly words: number;
  /** First word of a quad's window. */
  readonly start: (quad: number) => number;
}

export function channelWindow({ inChannels, outChannels, groups }: ConvolutionShape): ChannelWindow {
  const inQuads = Math.ceil(inChannels / 4);
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  const firstWord = (quad: number): number => Math.floor((Math.floor((quad * 4) / groupOut) * groupIn) / 4);
  let words = 1;
  for (let quad = 0; quad * 4 < outChannels; quad++) {
    const lastGroup = Math.floor(Math.min(quad * 4 + 3, outChannels - 1) / groupOut);
    words = Math.max(words, Math.ceil(((lastGroup + 1) * groupIn) / 4) - firstWord(quad));
  }
  return { words, start: (quad) => Math.min(firstWord(quad), inQuads - words) };
}

/** Elements of weights: codes, or bits of float16, or float32 numbers. */
export type WeightData = Int8Array | Uint16Array | Float32Array;

/** Room for words in the packed weights. */
export interface PackedWords {
  /** Of a tap: the window's, or more to pad it. */
  readonly tapWords: number;
  /** Of all taps, or more to pad them. */
  readonly words: number;
}

/** Values that packWeights makes: every word has four channels of a quad, and each of them four values. */
export function packedCount({ words }: Pick<PackedWords, 'words'>, lanes: number): number {
  return words * 4 * lanes * 4;
}

/**
 * Weights [O, kH, kW, C/groups] in the order in which `shaders/lib/convolution.wgsl` reads them: for every tap and word of the
 * window, and for each of a quad's four channels, the words of all quads side by side.
 * @param lanes quads of output channels, padded; at least ⌈O / 4⌉
 * @param fill value of what stands for no weight, by output channel: the weight's zero point
 * @returns four values to a word, lowest first: int8 values pack to a u32
 */
export function packWeights<T extends WeightData>(
  weights: T,
  shape: ConvolutionShape,
  room: PackedWords,
  lanes: number,
  fill: (channel: number) => number,
): T {
  const { tapWords, words } = room;
  const { outChannels, groups } = shape;
  const taps = shape.kernelHeight * shape.kernelWidth;
  const groupIn = shape.inChannels / groups;
  const groupOut = outChannels / groups;
  const window = channelWindow(shape);
  const packed = new (weights.constructor as new (length: number) => T)(packedCount(room, lanes));
  for (let channel = 0; channel < outChannels; channel++) {
    const quad = channel >> 2;
    const firstChannel = window.start(quad) * 4 - Math.floor(channel / groupOut) * groupIn;
    const filler = fill(channel);
    for (let word = 0; word < words; word++) {
      const tap = Math.floor(word / tapWords);
      const inTap = word - tap * tapWords;
      const isReal = tap < taps && inTap < window.words;
      const source = (channel * taps + tap) * groupIn;
      const target = ((word * 4 + (channel & 3)) * lanes + quad) * 4;
      for (let lane = 0; lane < 4; lane++) {
        const inner = firstChannel + inTap * 4 + lane;
        packed[target + lane] = isReal && inner >= 0 && inner < groupIn ? weights[source + inner] : filler;
      }
    }
  }
  return packed;
}

/** The same bytes as 32-bit words. */
export function asWords(data: WeightData): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
}
