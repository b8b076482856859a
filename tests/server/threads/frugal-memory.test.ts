/** The entry as users start it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startServerProcess, temporaryFolder } from '../../e2e/helpers.ts';
import { root } from '../../setup/sources.ts';

const variables = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
const isPossible = process.platform === 'linux' && 'execve' in process;

test.each(['serve', 'learner'] as const)(
  '[MEM-12] %s gives its memory back where Node can begin anew, under the same process id',
  async (command) => {
    const folder = temporaryFolder();
    const args = ['--env', 'reacher', '--rollouts', '0'];
    const server = await startServerProcess({ command, dataDir: folder.path, args });
    try {
      const { status } = await fetch(`${server.url}/api/health`);
      expect(status).toBe(200);
      if (process.platform !== 'linux') return;
      expect(variables(server.pid).includes('MALLOC_ARENA_MAX=2')).toBe(isPossible);
    } finally {
      await server.stop('SIGTERM');
      folder.remove();
    }
  },
);

test('[MEM-12] arguments and exit code are those of the command', () => {
  const args = ['bin/reins.mjs', 'serve', '--port', 'none at all'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('none at all');
  expect(stderr).not.toContain('Warning');
});

/** Makes a lot of garbage, as a start does, and goes on making little of it; prints what is resident, MB. */
const CHURN = `
  let kept = [];
  const make = (n) => {
    for (let i = 0; i < n; i++) kept.push({ i, next: [i, i + 1], name: 'x' + i });
  };
  make(1_500_000);
  kept = [];
  for (let round = 0; round < 60; round++) {
    make(40_000);
    kept = [];
  }
  console.log(process.memoryUsage.rss() / 1e6);
`;

test('[MEM-16] pages that a collection empties go back to the system', () => {
  const resident = (before: string) => {
    const args = ['--input-type=module', '-e', before + CHURN];
    return Number(spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).stdout);
  };
  const frugal = `import { giveBackPages } from './server/threads/frugal-memory.mjs'; giveBackPages();`;
  // Node 20: 70 of 95 MB; Node 24 and 26: an eighth.
  expect(resident(frugal)).toBeLessThan(0.9 * resident(''));
});
