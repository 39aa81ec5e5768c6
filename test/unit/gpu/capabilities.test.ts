import { expect, test } from 'vitest';
import { isSoftwareAdapter } from '../../../src/gpu/capabilities.ts';

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
