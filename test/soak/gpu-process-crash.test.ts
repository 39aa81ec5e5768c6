import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { expect, test } from 'vitest';
import { browserLaunch } from '../../scripts/browser-launch.mjs';
import { wgslPlugin } from '../../scripts/wgsl-plugin.mjs';
import type { RunsDuringLoss } from './pages/device-loss.ts';

const call = (name: string): string => `import('/test/soak/pages/device-loss.ts').then((page) => page.${name}())`;

/** How often the browser's GPU process is killed. */
const crashes = 10;

// A loss that nobody in the page asked for: what a driver's reset is to a page.
test('a page goes on after crashes of the browser’s GPU process', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [wgslPlugin()],
    server: { host: '127.0.0.1', port: 0 },
  });
  await server.listen();
  const launch = await browserLaunch();
  // Chromium would otherwise keep a page that met several crashes from the GPU.
  const args = [...(launch.args ?? []), '--disable-domain-blocking-for-3d-apis', '--disable-gpu-process-crash-limit'];
  // The Vulkan driver that this process chose for itself is not the browser's.
  const { VK_DRIVER_FILES: _driver, VK_ICD_FILENAMES: _icd, ...env } = launch.env ?? process.env;
  const browser = await chromium.launch({ ...launch, args, env });
  try {
    const page = await browser.newPage();
    // Any page of the server's origin will do.
    await page.goto(new URL('package.json', server.resolvedUrls!.local[0]).href);
    const session = await browser.newBrowserCDPSession();
    const first = await page.evaluate<number[]>(call('open'));
    for (let crash = 1; crash <= crashes; crash++) {
      const results = page.evaluate<RunsDuringLoss>(call('runDuringLoss'));
      // Commands to the browser are not answered when they end a process.
      void session.send('Browser.crashGpuProcess').catch(() => undefined);
      const { finished, lost, other, next } = await results;
      console.log(
        `crash ${crash}: ${finished} runs had finished, ${lost} were lost; the next gave ${next.length} bytes`,
      );
      expect(other).toEqual([]);
      expect(lost).toBeGreaterThan(0);
      expect(next).toEqual(first);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
