import { existsSync } from 'node:fs';
import path from 'node:path';
import { adapterKind, softwareGpu } from './adapter-kind.mjs';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/chromium-browser',
];

// Nothing a page under test needs: the browser's own traffic, and its dialogs.
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Options for Playwright's `chromium.launch` with WebGPU switched on.
 *
 * The browser is the system's Chromium or Chrome, else the one in the npm package @sparticuz/chromium (Linux x64), else
 * whichever Chrome Playwright finds. QUADOT_BROWSER=npm skips the system's; QUADOT_BROWSER=/path/to/browser names one.
 * The adapter is SwiftShader unless there is a hardware one; QUADOT_GPU=hardware|software decides it.
 * @returns {Promise<import('playwright').LaunchOptions>}
 */
export async function browserLaunch() {
  const args = ['--no-sandbox', '--enable-unsafe-webgpu', ...QUIET];
  if ((await adapterKind()) !== 'hardware') args.push('--use-webgpu-adapter=swiftshader');
  // Chromium on Linux offers no hardware WebGPU without it.
  else if (process.platform === 'linux') args.push('--enable-features=Vulkan');

  const choice = process.env.QUADOT_BROWSER;
  if (choice !== 'npm') {
    const executablePath = choice || SYSTEM_BROWSERS.find((file) => existsSync(file));
    if (executablePath) return { executablePath, args };
  }

  const directory = await (await softwareGpu()).unpackChromium('browser');
  if (!directory) return { channel: 'chrome', args };
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: path.join(directory, 'al2023/lib'),
    FONTCONFIG_PATH: path.join(directory, 'fonts'),
  };
  return { executablePath: path.join(directory, 'chromium'), args, env };
}
