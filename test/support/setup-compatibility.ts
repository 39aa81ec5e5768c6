import { openGpu } from '../../src/node/open-gpu.ts';
import './setup-ops.ts';
import './default-limits.mjs';

// Mesa then needs neither a window nor a display.
process.env['EGL_PLATFORM'] ??= 'surfaceless';
const featureLevel = 'compatibility';
const gpu = await openGpu({ gpu: 'auto', flags: ['backend=opengles'], featureLevel }).catch((cause: unknown) => {
  throw new Error(
    'The compatibility lane needs a driver of OpenGL ES 3.1. Mesa has one in software; on Debian: apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri',
    { cause },
  );
});
// Tests ask for an adapter as if there were only one kind.
const requestAdapter = gpu.requestAdapter.bind(gpu);
gpu.requestAdapter = (options) => requestAdapter({ ...options, featureLevel });
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
