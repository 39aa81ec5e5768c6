import { openGpu } from '../../src/node/open-gpu.ts';
import './setup-ops.ts';

// Tests reach the GPU as pages do, through navigator.gpu, so the same file runs in Node and in a browser.
try {
  const gpu = await openGpu();
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
} catch (error) {
  if (process.env['ALLOW_NO_GPU'] !== '1') throw error;
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
}
