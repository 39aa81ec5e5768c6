import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runnerImport } from 'vite';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/bin/chromium-browser'];

// Nothing a page under test needs: traffic of the browser's own, and dialogs.
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
 * The adapter is a hardware one where Dawn finds one, else SwiftShader; QUADOT_GPU=hardware|software decides it.
 * @returns {Promise<import('playwright').LaunchOptions>}
 */
export async function browserLaunch() {
  const args = ['--no-sandbox', '--enable-unsafe-webgpu', ...QUIET];
  if (await hardwareWanted()) {
    // Chromium on Linux keeps WebGPU off without Vulkan.
    if (process.platform === 'linux') args.push('--enable-features=Vulkan');
  } else {
    args.push('--use-webgpu-adapter=swiftshader');
  }

  const choice = process.env.QUADOT_BROWSER;
  const system = choice && choice !== 'npm' ? choice : SYSTEM_BROWSERS.find((file) => existsSync(file));
  if (system && choice !== 'npm') return { executablePath: system, args };

  const directory = await unpackBrowser();
  if (!directory) return { channel: 'chrome', args };
  return {
    executablePath: path.join(directory, 'chromium'),
    args,
    env: {
      ...definedEnvironment(),
      LD_LIBRARY_PATH: path.join(directory, 'al2023/lib'),
      FONTCONFIG_PATH: path.join(directory, 'fonts'),
    },
  };
}

/** The library's own unpacking; Node 20 reads no TypeScript, so Vite imports it. */
async function unpackBrowser() {
  const source = path.resolve(import.meta.dirname, '../src/node/software-gpu.ts');
  /** @type {{ module: typeof import('../src/node/software-gpu.ts') }} */
  const { module } = await runnerImport(source, { configFile: false, logLevel: 'error' });
  return module.unpackChromium('browser');
}

async function hardwareWanted() {
  const kind = process.env.QUADOT_GPU;
  if (kind === 'hardware' || kind === 'software') return kind === 'hardware';
  return probeHardware();
}

/** Whether Dawn sees a hardware adapter. In a process of its own: a broken driver must not take us down. */
async function probeHardware() {
  const probe = `
    import { create } from 'webgpu';
    const adapter = await create([]).requestAdapter();
    process.exit(adapter && !adapter.info.isFallbackAdapter ? 0 : 1);
  `;
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', probe], { cwd: import.meta.dirname, timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

/** @returns {Record<string, string>} */
function definedEnvironment() {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
