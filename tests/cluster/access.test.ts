/** Keys for learners, actors and gateways, on a real NATS that asks for one: each may do what it needs, and no more. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey, permissionsOf } from '../../server/nats/access.ts';
import { type Bus, openBus, openLine } from '../../server/nats/bus.ts';
import { openDoor } from '../../server/nats/door.ts';
import { GatewayLine } from '../../server/nats/gateway-line.ts';
import { openLearnerLink } from '../../server/nats/learner-link.ts';
import { findRecord } from '../../server/nats/record.ts';
import { subjectsOf } from '../../server/nats/subjects.ts';
import { createLog } from '../../server/threads/log.ts';
import { ACTED_RUN, policy, Received } from '../contracts/actor-link.ts';
import { temporaryFolder, until } from '../e2e/helpers.ts';
import { root } from '../setup/sources.ts';
import { startActor } from './actor-process.ts';
import { createNats, type NatsServer } from './nats-server.ts';

const folder = temporaryFolder();
const file = (name: string) => join(folder.path, name);
const makeKeys = () =>
  execFileSync(process.execPath, ['bin/reins.mjs', 'nats-keys', '--out', folder.path], {
    ...{ cwd: root, encoding: 'utf8' },
  });
const key = (name: string) =>
  ({ kind: 'nkey', text: readFileSync(file(`${name}.nk`), 'utf8').trim() }) as const;

let nats: NatsServer;
beforeAll(async () => {
  makeKeys();
  nats = await createNats({ configuration: file('access.conf') });
  await nats.start();
});
afterAll(async () => {
  await nats.remove();
  folder.remove();
});

const open = (runId: string, as = 'learner', troubles: string[] = []) =>
  openLearnerLink({
    ...{ url: nats.url, credentials: key(as), run: { ...ACTED_RUN, runId }, claim: undefined },
    troubles: { raise: (message) => troubles.push(message), clear: () => {} },
  });

/** A connection as an actor process has it. */
async function actorBus(): Promise<{ bus: Bus; refused: string[] }> {
  const bus = await openBus({ url: nats.url, credentials: key('actor') }, 'actor', 'test');
  const refused: string[] = [];
  bus.onRefusal((what) => refused.push(what));
  return { bus, refused };
}

test('[NATS-11] keys that are there are kept, and only their owner reads them', () => {
  const keys = ['learner.nk', 'actor.nk', 'gateway.nk'];
  const names = [...keys, 'access.conf'];
  const before = names.map((name) => readFileSync(file(name), 'utf8'));
  expect(makeKeys()).toMatch(/access\.conf.*\n.*learner\.nk.*\n.*actor\.nk.*\n.*gateway\.nk/);
  expect(names.map((name) => readFileSync(file(name), 'utf8'))).toEqual(before);
  expect(before.at(-1)).not.toContain(key('learner').text);
  for (const name of keys) expect(statSync(file(name)).mode & 0o77).toBe(0);
});

test('[NATS-11] with its key each does all that it has to, and is refused nothing', async () => {
  const troubles: string[] = [];
  const link = await open('run-1', 'learner', troubles);
  const received = new Received();
  link.start(received.hear);
  const actor = startActor(nats.url, 'run-1', '--nats-nkey', file('actor.nk'));
  try {
    for (let version = 1; version <= 6; version++) {
      link.publish(policy(version));
      link.credit(200);
      await until(`policy ${version}`, () => received.versions().has(version));
    }
    // One that comes later reads what the learner keeps.
    const late = startActor(nats.url, 'run-1', '--nats-nkey', file('actor.nk'));
    await until('both', () => link.actors.length === 2);
    link.credit(4000);
    await until('steps of both', () => link.actors.every(({ steps }) => steps > 0));
    expect(await late.end('SIGTERM')).toBe(0);
    expect(await actor.end('SIGTERM')).toBe(0);
    expect(late.said() + actor.said()).not.toMatch(/refuse/);
    await until('they are gone', () => link.actors.length === 0);
    // Who takes the run reads what was kept, and purges it.
    const next = await open('run-1');
    await next.close();
    expect(troubles.filter((message) => /refuse/.test(message))).toEqual([]);
  } finally {
    await actor.end('SIGKILL');
    await link.close();
  }
});

test('[NATS-11] an actor says nothing in the name of a learner, and hears nothing that is for one', async () => {
  const link = await open('run-2');
  link.start(() => {});
  const { bus, refused } = await actorBus();
  const { bus: witness } = await actorBus();
  try {
    const { weights, policy: sent, learner } = subjectsOf('run-2');
    const heard: string[] = [];
    for (const subject of [sent('*', '*', '*'), learner])
      witness.connection.subscribe(subject, { callback: (_, m) => void heard.push(m.subject) });
    await witness.connection.flush();
    const before = await findRecord(witness, 'run-2');
    const [own, others] = [permissionsOf('actor'), permissionsOf('learner')];
    /** What only learners may, on this run. */
    const foreign = (kind: keyof typeof own) =>
      others[kind]
        .filter((subject) => !own[kind].includes(subject))
        .map((subject) => subject.replace('reins.*', 'reins.run-2').replaceAll(/[*>]/g, '1'));
    const said = foreign('publish');
    expect(said).toEqual(expect.arrayContaining([weights(1, 1, 1), sent(1, 1, 1), learner]));
    for (const subject of said) bus.connection.publish(subject, '{}');
    await until('every refusal', () => refused.length === said.length);
    for (const [i, subject] of said.entries())
      expect(refused[i]).toContain(`Publish to "${subject}"`);
    for (const subject of foreign('subscribe'))
      bus.connection.subscribe(subject, { callback: () => {} }); // which is told of the refusal, too
    await until('those of listening', () => refused.length > said.length);
    expect(refused.at(-1)).toMatch(/Subscription to/);
    link.publish(policy(7));
    await until('the policy of the learner', () => heard.includes(sent(1, 7, 0)));
    expect(heard.filter((subject) => subject !== learner)).toEqual([sent(1, 7, 0)]);
    expect(await findRecord(witness, 'run-2')).toEqual(before);
  } finally {
    await bus.connection.close();
    await witness.connection.close();
    await link.close();
  }
});

test('[NATS-11] [GATE-12] a gateway brings people to the learner, and says and hears nothing else', async () => {
  const { gateways, up, door } = subjectsOf('run-4');
  const line = await openLine({ url: nats.url, credentials: key('gateway') }, 'gateway', 'test');
  const refused: string[] = [];
  line.onRefusal((what) => refused.push(what));
  const learner = await openDoor({
    ...{ url: nats.url, credentials: key('learner'), runId: 'run-4', epoch: 1 },
    refusal: () => undefined,
    onConnection: (tunnel) => tunnel.pipe(tunnel),
  });
  try {
    const [own, others] = [
      permissionsOf('gateway'),
      [permissionsOf('learner'), permissionsOf('actor')],
    ];
    const foreign = (kind: keyof typeof own) => [
      ...new Set(
        others
          .flatMap((permissions) => permissions[kind])
          .filter((subject) => !own[kind].includes(subject))
          .map((subject) => subject.replace('reins.*', 'reins.run-4').replaceAll(/[*>]/g, '1')),
      ),
    ];
    const said = foreign('publish');
    expect(said).toEqual(expect.arrayContaining([door, subjectsOf('run-4').down('1', '1')]));
    for (const subject of said) line.connection.publish(subject, '{}');
    await until('every refusal', () => refused.length === said.length);
    const heard = foreign('subscribe');
    expect(heard).toEqual(expect.arrayContaining([gateways, up('1', '1')]));
    for (const subject of heard) line.connection.subscribe(subject, { callback: () => {} });
    await until('those of listening', () => refused.length === said.length + heard.length);
    // And what it is there for.
    const gateway = new GatewayLine(line, 'run-4', createLog('error'));
    await until('the learner', () => gateway.isThere);
    const tunnel = gateway.open({ address: '192.0.2.7', host: '127.0.0.1' });
    tunnel.end('words');
    expect(await text(tunnel)).toBe('words');
    expect(refused).toHaveLength(said.length + heard.length);
    await gateway.close();
  } finally {
    await line.connection.close();
    await learner.close();
  }
});

test('[NATS-11] who has no key, or one that is not known or of the other kind, gets nothing, and is told so in one line', async () => {
  const link = await open('run-3');
  try {
    writeFileSync(file('other.nk'), `${createKey()}\n`);
    for (const more of [[], ['--nats-nkey', file('other.nk')]]) {
      const stranger = startActor(nats.url, 'run-3', ...more);
      await until('its end', () => stranger.child.exitCode !== null);
      expect(stranger.child.exitCode).toBe(2);
      expect(stranger.said()).toMatch(/^error: nats: .*Authorization Violation.*--nats-nkey.*\n$/);
    }
    const wrong = startActor(nats.url, 'run-3', '--nats-nkey', file('learner.nk'));
    await until('its end', () => wrong.child.exitCode !== null);
    expect(wrong.said()).toMatch(/^error: nats: .* refuses what actors do .*reins nats-keys.*\n$/);
    await expect(open('run-3', 'actor')).rejects.toThrow(/refuses what learners do/);
    expect(link.actors).toEqual([]);
  } finally {
    await link.close();
  }
});
