import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { adapterKind } from './scripts/adapter-kind.mjs';
import { browserLaunch } from './scripts/browser-launch.mjs';
import { wgslPlugin } from './scripts/wgsl-plugin.mjs';

const NEEDS_GPU = ['test/{ops,gpu,models,node,browser}/**'];
/** In the folders that run in both places: what uses files, processes, or Dawn itself. */
const NEEDS_NODE = ['test/unit/{node,cli,scripts}/**', '**/*.node.test.ts'];

export default defineConfig(async (): Promise<ViteUserConfig> => {
  const adapter = await adapterKind();
  // Decided once, so that no test process looks again.
  if (adapter) process.env['QUADOT_GPU'] = adapter;
  const skipped = !adapter && process.env['ALLOW_NO_GPU'] === '1' ? NEEDS_GPU : [];
  if (skipped.length > 0) console.warn(`No WebGPU adapter, and ALLOW_NO_GPU=1: skipped ${skipped.join(' ')}`);

  const common = {
    plugins: [wgslPlugin()],
    resolve: {
      // The public names lead to the sources, so tests and demos need no build.
      alias: [
        { find: /^quadot$/, replacement: fromRoot('src/index.ts') },
        { find: /^quadot\/node$/, replacement: fromRoot('src/node/index.ts') },
      ],
    },
  };
  // Not `extends: true`, which would run this function once more for each project.
  const timeouts = {
    // One case compiles dozens of shaders, which a busy machine with a software GPU may take a minute for.
    testTimeout: 300_000,
    hookTimeout: 60_000,
  };

  return {
    test: {
      // The software GPU spreads each dispatch over all cores; more test files at once would only compete.
      maxWorkers: 2,
      projects: [
        {
          ...common,
          test: {
            ...timeouts,
            name: 'node',
            include: ['test/{unit,ops,shaders,models,gpu,node}/**/*.test.ts'],
            exclude: skipped,
            setupFiles: ['test/support/setup-node.ts'],
            provide: { lane: 'everything' },
            // Worker threads would not see the environment variables that choose the Vulkan driver.
            pool: 'forks',
          },
        },
        // What runs on the GPU once more, on a device with the default limits and no features.
        {
          ...common,
          test: {
            ...timeouts,
            name: 'default-limits',
            include: ['test/{ops,models,gpu,node}/**/*.test.ts'],
            // Bindings of a few kilobytes are below these limits anyway; arguments and messages know no device.
            exclude: ['test/models/small-bindings.test.ts', 'test/node/cli.test.ts', ...skipped],
            setupFiles: ['test/support/setup-default-limits.ts'],
            provide: { lane: 'default-limits' },
            pool: 'forks',
          },
        },
        // And in compatibility mode on OpenGL ES, which is another implementation from end to end.
        {
          ...common,
          test: {
            ...timeouts,
            name: 'compatibility',
            // The command line opens its own device.
            include: ['test/{ops,models,gpu,node}/**/*.test.ts'],
            exclude: ['test/node/cli{,-device}.test.ts', ...skipped],
            setupFiles: ['test/support/setup-compatibility.ts'],
            provide: { lane: 'compatibility' },
            pool: 'forks',
          },
        },
        {
          ...common,
          test: {
            name: 'soak',
            include: ['test/soak/**/*.test.ts'],
            setupFiles: ['test/support/setup-node.ts'],
            pool: 'forks',
            // Memory is measured after a collection.
            execArgv: ['--expose-gc'],
            testTimeout: 4 * 3_600_000,
            hookTimeout: 60_000,
          },
        },
        {
          ...common,
          test: {
            ...timeouts,
            name: 'browser',
            include: ['test/{unit,ops,gpu,browser}/**/*.test.ts'],
            setupFiles: ['test/support/setup-ops.ts'],
            exclude: [...NEEDS_NODE, ...skipped],
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({ launchOptions: await browserLaunch() }),
              instances: [{ browser: 'chromium' }],
            },
          },
        },
      ],
    },
  };
});

function fromRoot(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
