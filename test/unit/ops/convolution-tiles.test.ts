import { expect, test } from 'vitest';
import type { Capabilities } from '../../../src/gpu/capabilities.ts';
import type { ConvolutionShape } from '../../../src/ops/lib/convolution-shape.ts';
import { acceptsTile, convolutionTiles } from '../../../src/ops/lib/convolution-tiles.ts';

const shape: ConvolutionShape = {
  batch: 1,
  inHeight: 8,
  inWidth: 8,
  inChannels: 16,
  outHeight: 8,
  outWidth: 8,
  outChannels: 16,
  kernelHeight: 1,
  kernelWidth: 1,
  groups: 1,
  strides: [1, 1],
  dilations: [1, 1],
  padding: [0, 0, 0, 0],
};

function accepted(capabilities: Partial<Capabilities>): readonly string[] {
  const device: Capabilities = {
    vendor: '',
    architecture: '',
    description: '',
    isSoftware: true,
    features: ['subgroups'],
    languageFeatures: [],
    limits: {},
    subgroupSizes: [4, 4],
    ...capabilities,
  };
  return convolutionTiles.filter((tile) => acceptsTile(tile, shape, device)).map(({ name }) => name);
}

const direct = ['direct-8', 'direct-4', 'direct-1'];

test('a software adapter with subgroups may share loads', () => {
  expect(accepted({})).toEqual(['shared-8', 'shared-4', ...direct]);
});

test.each([
  ['on hardware, whose subgroups may be in any order', { isSoftware: false, subgroupSizes: [32, 32] as const }],
  ['without subgroups', { features: [] }],
  ['in subgroups below four', { subgroupSizes: [1, 4] as const }],
])('no loads are shared %s', (_where, capabilities) => {
  expect(accepted(capabilities)).toEqual(direct);
});
