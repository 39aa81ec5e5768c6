/** How int8 products are computed. Sums of integers do not depend on order, so every engine gives the same bytes. */
export type Engine = 'dp4a' | 'f32-exact' | 'scalar';

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
