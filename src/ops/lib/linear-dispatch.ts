/** Invocations of a workgroup in kernels that have no reason to choose another size; the default of `linear-index.wgsl`. */
export const defaultWorkgroupSize = 64;

/** WebGPU's default limit of workgroups along one dimension. */
const maxWorkgroupsPerDimension = 65535;

/** A one-dimensional launch and what `shaders/lib/linear-index.wgsl` needs to number its invocations. */
export interface LinearDispatch {
  readonly workgroups: readonly [number, number, number];
  readonly constants: { readonly WORKGROUPS_X: number };
}

/**
 * Launches at least `threads` invocations in a row; more workgroups than one dimension can hold fold to two.
 * The invocation's number is (workgroupId.y · WORKGROUPS_X + workgroupId.x) · workgroupSize + localIndex; the shader
 * returns when it is not below `threads`.
 */
export function linearDispatch(threads: number, workgroupSize: number = defaultWorkgroupSize): LinearDispatch {
  const groups = Math.max(1, Math.ceil(threads / workgroupSize));
  const rows = Math.ceil(groups / maxWorkgroupsPerDimension);
  const columns = Math.ceil(groups / rows);
  return { workgroups: [columns, rows, 1], constants: { WORKGROUPS_X: columns } };
}
