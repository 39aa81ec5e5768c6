import { expect, inject, test } from 'vitest';
import { testDevice } from '../support/device.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Which device this project's tests get: with all the adapter has, or with only what is sure. */
    lane: 'everything' | 'default-limits' | 'compatibility';
  }
}

/** The default limits of WebGPU (§3.6.2 of the specification), all of them. */
const defaultLimits = {
  maxTextureDimension1D: 8192,
  maxTextureDimension2D: 8192,
  maxTextureDimension3D: 2048,
  maxTextureArrayLayers: 256,
  maxBindGroups: 4,
  maxBindGroupsPlusVertexBuffers: 24,
  maxImmediateSize: 64,
  maxBindingsPerBindGroup: 1000,
  maxDynamicUniformBuffersPerPipelineLayout: 8,
  maxDynamicStorageBuffersPerPipelineLayout: 4,
  maxSampledTexturesPerShaderStage: 16,
  maxSamplersPerShaderStage: 16,
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBuffersInVertexStage: 8,
  maxStorageBuffersInFragmentStage: 8,
  maxStorageTexturesPerShaderStage: 4,
  maxStorageTexturesInVertexStage: 4,
  maxStorageTexturesInFragmentStage: 4,
  maxUniformBuffersPerShaderStage: 12,
  maxUniformBufferBindingSize: 65536,
  maxStorageBufferBindingSize: 134217728,
  minUniformBufferOffsetAlignment: 256,
  minStorageBufferOffsetAlignment: 256,
  maxVertexBuffers: 8,
  maxBufferSize: 268435456,
  maxVertexAttributes: 16,
  maxVertexBufferArrayStride: 2048,
  maxInterStageShaderVariables: 16,
  maxColorAttachments: 8,
  maxColorAttachmentBytesPerSample: 32,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
};

/** Those that compatibility mode lowers. */
const compatibilityLimits = {
  ...defaultLimits,
  maxTextureDimension1D: 4096,
  maxTextureDimension2D: 4096,
  maxStorageBuffersInVertexStage: 0,
  maxStorageBuffersInFragmentStage: 4,
  maxStorageTexturesInVertexStage: 0,
  maxUniformBufferBindingSize: 16384,
  maxInterStageShaderVariables: 15,
  maxColorAttachments: 4,
  maxComputeInvocationsPerWorkgroup: 128,
  maxComputeWorkgroupSizeX: 128,
  maxComputeWorkgroupSizeY: 128,
};

function valuesOf(limits: GPUSupportedLimits): Record<string, number> {
  const values: Record<string, number> = {};
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') values[name] = value;
  }
  return values;
}

test('the device has what this lane is for', async () => {
  const { gpuDevice, capabilities } = await testDevice();
  const adapter = (await navigator.gpu.requestAdapter())!;
  const useful = ['timestamp-query', 'subgroups'].filter((feature) => adapter.features.has(feature));
  // Exactly so, as the implementation itself says it and holds the device to it.
  expect(valuesOf(gpuDevice.limits)).toEqual(
    {
      everything: valuesOf(adapter.limits),
      'default-limits': defaultLimits,
      compatibility: compatibilityLimits,
    }[inject('lane')],
  );
  expect([...gpuDevice.features].sort()).toEqual(
    {
      everything: ['core-features-and-limits', ...useful].sort(),
      'default-limits': ['core-features-and-limits'],
      compatibility: [],
    }[inject('lane')],
  );
  if (inject('lane') !== 'everything') {
    const { vendor, architecture, description, isSoftware, features, subgroupSizes } = capabilities;
    expect({ vendor, architecture, description, isSoftware, subgroupSizes }).toEqual({
      vendor: '',
      architecture: '',
      description: '',
      isSoftware: false,
      subgroupSizes: [4, 128],
    });
    expect(features).toEqual([...gpuDevice.features]);
  }
});
