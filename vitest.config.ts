import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserLaunch } from './scripts/browser-launch.mjs';
import { wgslPlugin } from './scripts/wgsl-plugin.mjs';

const fromRoot = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig(async () => ({
  plugins: [wgslPlugin()],
  resolve: {
    alias: [
      { find: /^quadot$/, replacement: fromRoot('src/index.ts') },
      { find: /^quadot\/node$/, replacement: fromRoot('src/node/index.ts') },
    ],
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The software GPU spreads every dispatch over all cores, so more test files at once would only compete.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/{unit,ops,shaders,models,gpu,node}/**/*.test.ts'],
          setupFiles: ['test/support/setup-node.ts'],
          // Worker threads would not see the environment variables that choose the Vulkan driver.
          pool: 'forks',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/{unit,ops,gpu,browser}/**/*.test.ts'],
          exclude: ['test/unit/{node,cli,scripts}/**', '**/*.node.test.ts'],
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
}));
