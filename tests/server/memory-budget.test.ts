/** What a server holds with the defaults, part by part. */
import { expect, test } from 'vitest';
import { memoryOf } from '../../cli/commands/doctor-memory.ts';
import { startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';

const STEPS = 3000;

/** Most that a part may hold after these steps, MB. */
const BUDGET = {
  arrays: 110,
  replay: 10,
  episodes: 26,
  recent: 20,
  heaps: 125,
  code: 115,
  rest: 90,
  process: 380,
} as const;

test('[MEM-17] no part of a server holds more than its budget', { timeout: 600_000 }, async () => {
  const folder = temporaryFolder();
  const server = await startServerProcess({ command: 'learner', dataDir: folder.path });
  try {
    const told = async () => {
      const report = await memoryOf(server.url, folder.path).catch(() => undefined); // none yet
      return report && report.environmentSteps >= STEPS ? report : undefined;
    };
    const { parts } = await until('its report', told, 500_000);
    for (const [part, most] of Object.entries(BUDGET)) {
      const held = parts[`memory/${part as keyof typeof BUDGET}`];
      expect.soft(held, part).toBeGreaterThan(0);
      expect.soft(held, part).toBeLessThan(most);
    }
  } finally {
    await server.stop('SIGTERM');
    folder.remove();
  }
});
