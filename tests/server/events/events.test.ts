/** What happened, in order: over HTTP, and signed to a real receiver that fails, hangs and comes back. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EventPage, readEvents } from '../../../server/events/events.ts';
import { secretKey, signatureOf } from '../../../server/events/signature.ts';
import { PACE, Webhook, type WebhookPace, waitAfter } from '../../../server/events/webhook.ts';
import { type Alerts, clearFormer, createAlerts, tellOver } from '../../../server/run/alerts.ts';
import type { AuditEvent } from '../../../server/storage/audit-chain.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { openDoor } from '../connection/door.ts';
import { openReceiver, type Receiver, take } from './receiver.ts';

let folder = '';
let storage: Storage;
let closing: (() => unknown)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-events-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function answer(from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i++) await storage.appendFeedback(rewardFeedback(`f${i}`));
}

const QUICK: WebhookPace = { look: 1, retry: 1, most: 4, patience: 60_000, keep: 0 };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function hook(receiver: Receiver, pace = QUICK, types?: readonly 'feedback.given'[]) {
  const said: string[] = [];
  const log = {
    warn: (_: object, text: string) => void said.push(text),
    info: (_: object, text: string) => void said.push(text),
  };
  const target = { url: receiver.url, secret: SECRET, types };
  const webhook = await Webhook.open({ target, storage, log, pace });
  closing.push(() => webhook.close());
  return { webhook, said };
}

async function receiver(reply: Parameters<typeof openReceiver>[0] = take): Promise<Receiver> {
  const opened = await openReceiver(reply);
  closing.push(opened.close);
  return opened;
}

const ids = ({ deliveries }: Receiver) => deliveries.map(({ event }) => event.data.objectId);

describe('[API-5] GET /api/events', () => {
  test('pages hold every event once, in order, and end where nothing is newer', async () => {
    await answer(1, 7);
    const door = await openDoor({ storage });
    closing.push(door.close);
    const seen: string[] = [];
    let next = 0;
    for (;;) {
      const reply = await fetch(`${door.url}/api/events?after=${next}&limit=3`);
      const page = (await reply.json()) as EventPage;
      expect(page.events.map((e) => e.sequence)).toEqual(page.events.map((_, i) => next + i + 1));
      seen.push(...page.events.map((e) => `${e.type} ${e.data.objectId} ${e.data.reason}`));
      if (page.next === next) break;
      next = page.next;
    }
    expect(seen).toEqual([
      'run.created run-1 null',
      ...[1, 2, 3, 4, 5, 6, 7].map((i) => `feedback.given f${i} reward`),
    ]);
    expect(next).toBe(8);
  });

  test('types are told apart, and an unknown one is refused by name', async () => {
    await answer(1, 3);
    const door = await openDoor({ storage });
    closing.push(door.close);
    const asked = await fetch(`${door.url}/api/events?types=run.created,person.paused`);
    const page = (await asked.json()) as EventPage;
    expect(page.events.map((e) => e.type)).toEqual(['run.created']);
    expect(page.next).toBe(4); // what is of another type is not asked for again
    const wrong = await fetch(`${door.url}/api/events?types=feedback`);
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('types')]);
  });

  test('a rare type among many rows is found in pages of bounded work', async () => {
    const row = (seq: number) => ({
      seq,
      hash: `h${seq}`,
      body: JSON.stringify({ action: seq === 15_000 ? 'person.paused' : 'query.leased', time: 1 }),
    });
    let reads = 0;
    const long = {
      async readAudit(after: number, limit: number) {
        reads++;
        const to = Math.min(15_000, after + limit);
        return Array.from({ length: to - after }, (_, i) => row(after + 1 + i));
      },
    };
    const types = new Set(['person.paused']);
    const first = await readEvents(long, 0, 10, types);
    expect([first.events.length, first.next, reads]).toEqual([0, 10_000, 10]);
    const second = await readEvents(long, first.next, 10, types);
    expect([second.events.map((e) => e.sequence), second.next]).toEqual([[15_000], 15_000]);
  });

  test('an alert is in the log when it is raised and when it ends, once each', async () => {
    const noted: string[] = [];
    const alerts = createAlerts(
      () => {},
      { warn() {} },
      {
        runId: 'r',
        note: (e) => void noted.push(`${e.action} ${e.objectId} ${e.reason}`),
      },
    );
    const alert = {
      id: 'storage',
      code: 'storage-failed',
      severity: 'error',
      message: 'm',
    } as const;
    alerts.raise(alert);
    alerts.raise({ ...alert, message: 'another' });
    alerts.clear('storage', 'storage-failed');
    alerts.clear('storage', 'storage-failed');
    expect(noted).toEqual([
      'alert.raised r/storage storage-failed',
      'alert.cleared r/storage storage-failed',
    ]);
  });

  test('[API-9] the same alert of two runs of one server has an entry of each, which ends by itself', async () => {
    const pending: Promise<void>[] = [];
    const note = (e: AuditEvent) => void pending.push(storage.appendAudit([e]));
    const [first, second] = ['one', 'two'].map((runId) =>
      createAlerts(() => {}, { warn() {} }, { runId, note }),
    ) as [Alerts, Alerts];
    const alert = { id: 'disk', code: 'storage-failed', severity: 'error', message: 'm' } as const;
    const open = async () => {
      await Promise.all(pending);
      return (await storage.openAlerts()).map(({ objectId }) => objectId);
    };
    for (const alerts of [first, second]) alerts.raise(alert);
    expect(await open()).toEqual(['one/disk', 'two/disk']);
    first.clear('disk', 'storage-failed');
    expect(await open()).toEqual(['two/disk']);
    await tellOver(storage, 'one', [alert]); // it is over, and takes none of the other's with it
    expect(await open()).toEqual(['two/disk']);
    await tellOver(storage, 'two', [alert]);
    expect(await open()).toEqual([]);
  });

  test('[API-8] alerts that a killed server left open are over when the next one starts', async () => {
    const told = async () =>
      (await readEvents(storage, 0, 100)).events.map(
        ({ type, data }) => `${type} ${data.objectId} ${data.reason}`,
      );
    const alert = (id: string) =>
      ({ id, code: 'corrupt-file', severity: 'error', message: 'm' }) as const;
    const pending: Promise<void>[] = [];
    const alerts = createAlerts(
      () => {},
      { warn() {} },
      { runId: 'r', note: (e) => pending.push(storage.appendAudit([e])) },
    );
    for (const id of ['corrupt-0', 'corrupt-1', 'corrupt-2']) alerts.raise(alert(id));
    alerts.clear('corrupt-1', 'corrupt-file');
    await Promise.all(pending);
    await storage.close();
    storage = openStorage(folder);
    const before = await told();
    await clearFormer(storage);
    expect((await told()).slice(before.length)).toEqual([
      'alert.cleared r/corrupt-0 corrupt-file',
      'alert.cleared r/corrupt-2 corrupt-file',
    ]);
    await clearFormer(storage);
    expect(await told()).toHaveLength(before.length + 2);
    // One server among several cannot know whose they are.
    alerts.raise(alert('corrupt-3'));
    await Promise.all(pending);
    await clearFormer({ ...storage, isShared: true });
    expect((await storage.openAlerts()).map((e) => e.objectId)).toEqual(['r/corrupt-3']);
  });
});

describe('[API-6] webhooks are signed by the Standard Webhooks specification', () => {
  test('the example of its libraries', () => {
    const key = secretKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const example = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signatureOf(example, key)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('a secret that is short, or none, is refused with how to make one', () => {
    for (const secret of ['', 'hunter2', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_not base64'])
      expect(() => secretKey(secret)).toThrow(/webhook-secret: .*openssl/);
  });

  test('a receiver can check id, time and body', async () => {
    const target = await receiver();
    await hook(target);
    await answer(1, 2);
    await target.came(2);
    const { headers, body, event } = target.deliveries[1]!;
    const id = String(headers['webhook-id']);
    const time = String(headers['webhook-timestamp']);
    const mac = createHmac('sha256', Buffer.alloc(32, 7)).update(`${id}.${time}.${body}`);
    expect(headers['webhook-signature']).toBe(`v1,${mac.digest('base64')}`);
    expect(event.id).toBe(id);
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(300);
  });
});

describe('[API-7] webhooks tell everything, in order, whatever the target does', () => {
  test('a new target hears what happens from then on; what is not of its types it does not', async () => {
    await answer(1, 2);
    const target = await receiver();
    const { webhook } = await hook(target, QUICK, ['feedback.given']);
    await storage.describeRun(RUN.id, { name: 'other' });
    await answer(3, 5);
    await target.came(3);
    expect(ids(target)).toEqual(['f3', 'f4', 'f5']);
    await expect.poll(() => webhook.report.delivered).toBe(7);
    expect(webhook.report.target).not.toContain('secret');
  });

  test('one that fails is tried again with the same id before the next is sent', async () => {
    const target = await receiver((n, reply) => void reply.writeHead(n <= 3 ? 500 : 200).end());
    const { webhook, said } = await hook(target);
    await answer(1, 3);
    await target.came(6);
    expect(ids(target)).toEqual(['f1', 'f1', 'f1', 'f1', 'f2', 'f3']);
    const headers = target.deliveries.map((d) => d.headers['webhook-id']);
    expect(new Set(headers.slice(0, 4)).size).toBe(1);
    expect(new Set(headers).size).toBe(3);
    await expect.poll(() => webhook.report.delivered).toBe(4);
    expect(webhook.report).toMatchObject({ failures: 0, error: null });
    expect(said).toHaveLength(2); // that it failed, and that it answers again: not each try
  });

  test('a redirect is no answer: nothing goes where nobody said it should', async () => {
    const other = await receiver();
    const target = await receiver(
      (n, reply) =>
        void (n === 1 ? reply.writeHead(307, { location: other.url }) : reply.writeHead(200)).end(),
    );
    await hook(target);
    await answer(1, 1);
    await target.came(2);
    expect(other.deliveries).toEqual([]);
  });

  test('one that never answers is given up after a while, and holds no closing up', async () => {
    const target = await receiver(() => {});
    const { webhook } = await hook(target, { ...QUICK, patience: 5 });
    await answer(1, 1);
    await target.came(2);
    expect(webhook.report).toMatchObject({ delivered: 1, error: 'no answer within 0.005 s' });
    const patient = await hook(target, { ...QUICK, patience: 3_600_000 });
    await answer(2, 2);
    await patient.webhook.close(); // would last an hour
  });

  test('waits grow twofold up to the longest, and are a little different each', () => {
    const waits = [1, 2, 3, 9, 10, 60].map((failures) => waitAfter(failures, PACE, 0));
    expect(waits).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
    expect(waitAfter(1, PACE, 0.5)).toBe(900);
  });

  test('after a restart it goes on; what was taken but not kept yet comes again under its id', async () => {
    const target = await receiver();
    const lazy = { ...QUICK, keep: 3_600_000 };
    const first = await hook(target, lazy);
    await answer(1, 4);
    await target.came(4);
    // As after kill -9: nothing of the process is asked any more.
    const again = await Webhook.open({
      target: { url: target.url, secret: SECRET },
      storage: { ...storage, beginDelivery: async () => 3 },
      log: { warn() {}, info() {} },
      pace: QUICK,
    });
    closing.push(() => again.close());
    await target.came(6);
    expect(ids(target).slice(0, 6)).toEqual(['f1', 'f2', 'f3', 'f4', 'f3', 'f4']);
    const [, , third, , repeated] = target.deliveries;
    expect(repeated!.headers['webhook-id']).toBe(third!.headers['webhook-id']);
    await first.webhook.close();
    await expect.poll(() => again.report.delivered).toBe(5);
    await again.close();
    await answer(5, 6); // while nobody tells of it
    await hook(target);
    await target.came(8);
    expect(ids(target).slice(6)).toEqual(['f5', 'f6']);
  });
});
