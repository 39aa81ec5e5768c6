import type { Capabilities } from '../../gpu/capabilities.ts';
import { type ConvolutionShape, outputPixels } from './convolution-shape.ts';

/** How one invocation of `shaders/lib/convolution.wgsl` works. */
export interface ConvolutionTile {
  readonly name: string;
  /** Output pixels of an invocation; there is a `tile-N.wgsl` for each. */
  readonly pixels: 1 | 4 | 8;
  /** Whether four adjacent invocations load activations for each other. */
  readonly isShared: boolean;
}

/** All that exist. */
export const convolutionTiles: readonly ConvolutionTile[] = [
  { name: 'shared-8', pixels: 8, isShared: true },
  { name: 'shared-4', pixels: 4, isShared: true },
  { name: 'direct-8', pixels: 8, isShared: false },
  { name: 'direct-4', pixels: 4, isShared: false },
  { name: 'direct-1', pixels: 1, isShared: false },
];

/** Whether the tile computes this convolution on this device. */
export function acceptsTile(tile: ConvolutionTile, shape: ConvolutionShape, capabilities: Capabilities): boolean {
  if (!tile.isShared) return true;
  // Sharing needs subgroups of whole fours whose invocations follow each other, and fours of quads that read the same
  // channels. WGSL does not say which invocations form a subgroup, and hardware differs; software adapters, for which
  // sharing is made, run invocations in order.
  const groupOut = shape.outChannels / shape.groups;
  return (
    capabilities.isSoftware &&
    capabilities.features.includes('subgroups') &&
    capabilities.subgroupSizes[0] >= 4 &&
    (shape.groups === 1 || groupOut % 16 === 0)
  );
}

/** Quads of output channels, padded to whole fours where invocations work in fours. */
export function tileLanes(tile: ConvolutionTile, shape: ConvolutionShape): number {
  const quads = Math.ceil(shape.outChannels / 4);
  return tile.isShared ? Math.ceil(quads / 4) * 4 : quads;
}

/**
 * The tile to use when nothing was measured. Larger tiles reuse weights more often; smaller ones keep more invocations busy.
 * Software adapters pay for every load of every lane, so there sharing loads is worth up to half of the lanes idling.
 */
export function chooseTile(shape: ConvolutionShape, capabilities: Capabilities): ConvolutionTile {
  const pixels = outputPixels(shape);
  const isPreferred = (tile: ConvolutionTile): boolean => {
    if (!acceptsTile(tile, shape, capabilities)) return false;
    const lanes = tileLanes(tile, shape);
    if (tile.isShared && lanes * 4 >= 2 * shape.outChannels) return false;
    if (tile.pixels === 1) return true;
    const busyInvocations = capabilities.isSoftware ? 64 : 8192;
    return pixels >= tile.pixels && (lanes * pixels) / tile.pixels >= busyInvocations;
  };
  return convolutionTiles.find(isPreferred) ?? convolutionTiles[convolutionTiles.length - 1];
}
