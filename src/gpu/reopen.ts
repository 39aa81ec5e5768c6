import { DeviceError } from '../errors.ts';
import type { Capabilities } from './capabilities.ts';

/** A GPUDevice and what it can do. */
export interface OpenedGpu {
  readonly gpuDevice: GPUDevice;
  readonly capabilities: Capabilities;
}

/** A browser that restarts its GPU process has no adapter for a moment. */
const delaysMs: readonly number[] = [0, 100, 300, 1000, 3000];

/**
 * Opens the GPU again after a loss, with some patience.
 * @param isGivenUp asked before each attempt
 * @throws DeviceError when no GPU comes back within some seconds
 */
export async function reopen(open: () => Promise<OpenedGpu>, isGivenUp: () => boolean): Promise<OpenedGpu> {
  let failure: unknown;
  for (const delayMs of delaysMs) {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (isGivenUp()) break;
    try {
      return await open();
    } catch (error) {
      failure = error;
    }
  }
  throw new DeviceError(
    `the GPU was lost and does not come back: ${failure instanceof Error ? failure.message : String(failure)}`,
    { cause: failure, reason: 'unavailable' },
  );
}
