import { defineConfig } from 'vitest/config';

/** Three suites: `unit` (fast, contracts and properties), `e2e` (a real browser), `learning` (long). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/e2e/**', 'tests/learning/**'],
          testTimeout: 60_000,
          pool: 'forks',
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: 'forks',
          fileParallelism: false,
          globalSetup: ['tests/setup/browser.ts'],
        },
      },
      {
        test: {
          name: 'learning',
          include: ['tests/learning/**/*.test.ts'],
          testTimeout: 3_600_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
});
