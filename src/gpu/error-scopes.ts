import type { DeviceErrorReason } from '../errors.ts';

/** What the driver reported of a piece of work. */
export interface CapturedError {
  readonly reason: DeviceErrorReason;
  readonly message: string;
}

const filters = ['validation', 'out-of-memory', 'internal'] as const satisfies readonly GPUErrorFilter[];

/**
 * Runs a synchronous piece of GPU work and collects its validation, out-of-memory and internal errors.
 * Scopes are a stack of the device, so the work must not await: they are pushed and popped around it at once.
 * @returns the work's result, and the first error; the promise is rejected where the device is gone
 */
export function captureErrors<T>(
  gpuDevice: GPUDevice,
  work: () => T,
): { readonly result: T; readonly error: Promise<CapturedError | undefined> } {
  for (const filter of filters) gpuDevice.pushErrorScope(filter);
  let scopes: Promise<(CapturedError | undefined)[]> | undefined;
  try {
    const result = work();
    scopes = popScopes(gpuDevice);
    return { result, error: scopes.then((errors) => errors.find((error) => error !== undefined)) };
  } finally {
    // Work that throws has an error of its own to tell.
    if (scopes === undefined) popScopes(gpuDevice).catch(() => undefined);
  }
}

/** In the reverse of the order in which they were pushed. */
function popScopes(gpuDevice: GPUDevice): Promise<(CapturedError | undefined)[]> {
  return Promise.all(
    filters.toReversed().map(async (reason) => {
      const error = await gpuDevice.popErrorScope();
      return error === null ? undefined : { reason, message: error.message };
    }),
  );
}
