import { expect, test } from 'vitest';
import { availableEngines, describeCapabilities, isSoftwareAdapter } from '../../../src/gpu/capabilities.ts';

test.each([
  [{ isFallbackAdapter: true }, true],
  [{ architecture: 'swiftshader' }, true],
  // Mesa's rasterizer does not call itself a fallback.
  [{ isFallbackAdapter: false, device: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, true],
  [{ description: 'Microsoft Basic Render Driver' }, true],
  [{ vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA H200' }, false],
  [{}, false],
])('%j is a software adapter: %s', (info, expected) => {
  expect(isSoftwareAdapter(info)).toBe(expected);
});

test('an implementation that tells nothing of itself, as older Safari', () => {
  const device = { limits: { maxBufferSize: 268435456 }, features: new Set() } as unknown as GPUDevice;
  const capabilities = describeCapabilities({} as GPU, {} as GPUAdapter, device);
  expect(capabilities).toEqual({
    vendor: '',
    architecture: '',
    description: '',
    isSoftware: false,
    features: [],
    languageFeatures: [],
    limits: { maxBufferSize: 268435456 },
    subgroupSizes: [0, 0],
  });
  expect(availableEngines(capabilities)).toEqual(['f32-exact', 'scalar']);
});
