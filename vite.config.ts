// The browser build (app and studio) and the test runner's configuration.
import { defineConfig } from 'vitest/config';
import { insideOnly } from './runtime/app/inside-only.ts';
import { appFolders, peyvandApp, pluginFolders } from './runtime/app/vite-plugin.ts';

const shared = { globalSetup: ['test/support/global-setup.ts'] };

export default defineConfig({
  plugins: [insideOnly(appFolders, pluginFolders), peyvandApp()],
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'engine',
          include: ['test/{unit,integration,contract}/**/*.test.ts'],
          // Much of their time is Postgres's: two at a time, also where the machine has two cores only.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // A person's way through the product, in a browser: one file at a time, so that pages do not starve each other.
        test: {
          ...shared,
          name: 'browser',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
