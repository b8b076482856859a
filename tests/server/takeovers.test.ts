/** Takeovers over the wire: what they came to is told, recorded, and found again after a restart. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { type Client, connect, takeOver, verdicts } from '../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';

const folder = temporaryFolder();
const args = ['--log-level', 'error', '--rollouts', '0'];
let server: Awaited<ReturnType<typeof startServerProcess>>;
afterAll(async () => {
  await server?.stop('SIGKILL');
  folder.remove();
});

async function watch(): Promise<Client> {
  server = await startServerProcess({ command: 'learner', dataDir: folder.path, args });
  const client = await connect(server.url, 'ada');
  await until('frames', () => client.frames() > 2);
  return client;
}

/** One takeover or more, and what each came to. */
async function judged(client: Client) {
  const known = client.all('override').length;
  await takeOver(client, [0, 0.3]);
  return until('the verdicts', () => {
    const all = verdicts(client, known);
    return all.length > 0 && all;
  });
}

it('[CF-8] totals of takeovers are in the status and the metrics, also after a kill and a restart', async () => {
  let client = await watch();
  expect(client.all('status').at(-1)!.takeovers).toMatchObject({ judged: 0 });
  const all = [...(await judged(client)), ...(await judged(client))];
  const spared = all.map((v) => v.counterfactual!.prevented);
  const expected = {
    judged: all.length,
    unneeded: spared.filter((p) => p.unneeded).length,
    failuresPrevented: spared.filter((p) => p.failure).length,
    costPrevented: spared.reduce((sum, p) => sum + p.cost, 0),
  };
  const told = await client.expect('status', (s) => s.takeovers?.judged === all.length);
  expect(told.takeovers).toEqual(expected);
  for (const { counterfactual: c } of all) {
    expect(c!.steps).toBe(c!.length);
    // A second, or as long as the person drove if that was longer.
    expect(c!.failed || c!.length >= 10).toBe(true);
  }
  await server.stop('SIGKILL');
  client.close();

  client = await watch();
  expect(client.all('status').at(-1)!.takeovers).toEqual(expected);
  const rate = expected.unneeded / all.length;
  await until('a point of the history that says so', async () => {
    client.send({ type: 'request-history', since: 0 });
    await sleep(300);
    return client
      .all('metrics')
      .filter((m) => m.points.length > 1)
      .some((m) => m.points.some((p) => p.values['human/false-takeover-rate'] === rate));
  });
  client.close();
});
