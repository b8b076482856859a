/** A real server that tells a real program what happens, killed in between. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventPage } from '../../server/events/events.ts';
import { openReceiver, type Receiver, take } from './events/receiver.ts';
import { type ServeProcess, serve } from './serve-process.ts';

let folder = '';
let receiver: Receiver;
let child: ServeProcess | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-webhooks-'));
  receiver = await openReceiver(take);
});
afterEach(async () => {
  await child?.end('SIGKILL');
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

const begin = async () => {
  child = await serve(folder, ['--webhook', receiver.url, '--webhook-secret', SECRET]);
  return child;
};

async function newest(url: string): Promise<number> {
  const reply = await fetch(`${url}/api/events?limit=1000`);
  return ((await reply.json()) as EventPage).next;
}

/** Each is one event more. */
async function rename(url: string, times: number): Promise<void> {
  const [run] = (await (await fetch(`${url}/api/runs`)).json()) as { id: string }[];
  for (let i = 0; i < times; i++) {
    const reply = await fetch(`${url}/api/runs/${run!.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `name ${i}` }),
    });
    expect(reply.status).toBe(200);
  }
}

it('[API-7] over kill -9 every event comes at least once, first comings in order, repeats under the same id', async () => {
  const { url } = await begin();
  await rename(url!, 8);
  await receiver.came(4);
  await child!.end('SIGKILL');
  const { url: again } = await begin();
  await rename(again!, 3);
  const last = await newest(again!);
  expect(last).toBeGreaterThanOrEqual(12);
  const sequences = () => receiver.deliveries.map(({ event }) => event.sequence);
  await expect
    .poll(() => Math.max(...sequences()), { timeout: 60_000 })
    .toBeGreaterThanOrEqual(last);
  const first = [...new Set(sequences())].filter((sequence) => sequence <= last);
  expect(first).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  const idOf = new Map<number, string>();
  for (const { event } of receiver.deliveries) {
    expect(idOf.get(event.sequence) ?? event.id).toBe(event.id);
    idOf.set(event.sequence, event.id);
  }
  const state = await (await fetch(`${again}/api/webhooks`)).json();
  expect(state).toMatchObject([{ failures: 0, error: null }]);
});

it('[API-6] without a secret, or with one that is none, it does not start', async () => {
  const without = await serve(folder, ['--webhook', receiver.url]);
  expect([await without.ended, without.stderr()]).toEqual([
    2,
    expect.stringMatching(/webhook-secret.*openssl/),
  ]);
  const wrong = await serve(folder, ['--webhook', receiver.url, '--webhook-secret', 'hunter2']);
  expect([await wrong.ended, wrong.stderr()]).toEqual([
    2,
    expect.stringMatching(/webhook-secret.*openssl/),
  ]);
  expect(wrong.stderr()).not.toContain('hunter2');
});
