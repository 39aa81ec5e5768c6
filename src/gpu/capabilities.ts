/** How int8 products are computed. Sums of integers do not depend on order, so every engine gives the same bytes. */
export type Engine = 'dp4a' | 'f32-exact' | 'scalar';

/** int8 operations per second (a multiply-accumulate is two) of a small register-tiled product, by engine. */
export type EngineSpeeds = Readonly<Partial<Record<Engine, number>>>;

export const engines: readonly Engine[] = ['dp4a', 'f32-exact', 'scalar'];

/** What the device can do, as plain data. */
export interface Capabilities {
  /** As the adapter reports them; any may be empty. */
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** True when the adapter is a software rasterizer. */
  readonly isSoftware: boolean;
  /** Optional WebGPU features that are switched on. */
  readonly features: readonly string[];
  /** WGSL language extensions of the implementation. */
  readonly languageFeatures: readonly string[];
  /** Every limit of the device by its WebGPU name. */
  readonly limits: Readonly<Record<string, number>>;
  /** Range of subgroup sizes; both 0 when unknown. */
  readonly subgroupSizes: readonly [number, number];
}

/** The engines whose shaders this device can compile. */
export function availableEngines(capabilities: Capabilities): readonly Engine[] {
  const hasDp4a = capabilities.languageFeatures.includes('packed_4x8_integer_dot_product');
  return engines.filter((engine) => engine !== 'dp4a' || hasDp4a);
}

/** Whether the adapter is a software rasterizer: it says so, or its driver's name is one of those that do not say. */
export function isSoftwareAdapter(info: Partial<GPUAdapterInfo>): boolean {
  const names = `${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(names);
}

/** Reads a device's capabilities; every field is copied, so the result stays valid after the device is gone. */
export function describeCapabilities(gpu: GPU, adapter: GPUAdapter, device: GPUDevice): Capabilities {
  // Firefox gives empty strings, older Safari no info at all.
  const info = (adapter.info ?? {}) as Partial<GPUAdapterInfo>;
  const limits: Record<string, number> = {};
  // Limits are accessors of the prototype, not own properties.
  for (const name in device.limits) {
    const value = device.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') limits[name] = value;
  }
  return {
    vendor: info.vendor ?? '',
    architecture: info.architecture ?? '',
    description: info.description ?? '',
    isSoftware: isSoftwareAdapter(info),
    features: [...device.features].sort(),
    languageFeatures: [...(gpu.wgslLanguageFeatures ?? [])].sort(),
    limits,
    subgroupSizes: [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0],
  };
}
