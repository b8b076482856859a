import { defineConfig } from 'vitest/config';

/** For what hangs, ms. How long a test takes depends on what else the machine does. */
const PATIENCE = 600_000;

/**
 * Four suites: `unit` (fast, contracts and properties), `e2e` (a real browser), `cluster` (a real PostgreSQL), and
 * `faults` (minutes of real servers that are ended, filled and flooded; by hand).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/e2e/**', 'tests/faults/**', 'tests/cluster/**'],
          testTimeout: PATIENCE,
          hookTimeout: PATIENCE,
          setupFiles: ['tests/setup/properties.ts'],
          pool: 'forks',
          maxWorkers: 2, // Vitest alone would leave one of two cores idle
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          pool: 'forks',
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts'],
          testTimeout: PATIENCE,
          hookTimeout: PATIENCE,
          setupFiles: ['tests/setup/properties.ts'],
          pool: 'forks',
          fileParallelism: false,
          globalSetup: ['tests/cluster/setup.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: PATIENCE,
          hookTimeout: PATIENCE,
          pool: 'forks',
          fileParallelism: false,
          globalSetup: ['tests/setup/browser.ts'],
        },
      },
    ],
  },
});
