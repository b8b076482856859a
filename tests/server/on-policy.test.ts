/** A whole server whose preset learns on policy: rollouts go on for as long as rounds are learned from. */
import { expect, it } from 'vitest';
import { FIRST_CREDIT } from '../../server/learner/messages.ts';
import { startServer } from '../../server/serve.ts';
import { connect } from '../e2e/client.ts';
import { temporaryFolder, until } from '../e2e/helpers.ts';

const ROUND = 256;

it('[SRV-22] christiano: answers make a reward, PPO learns from it, and the simulation goes on meanwhile', async () => {
  const folder = temporaryFolder();
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDir: folder.path,
    environment: 'reacher',
    environmentOptions: {},
    preset: 'christiano',
    overrides: {
      learner: { rolloutSteps: ROUND, minibatch: 64, epochs: 2, hidden: [16] },
      reward: { hidden: [16] },
    },
    seed: 1,
    rollouts: 1,
    uiDir: folder.path,
    logLevel: 'error',
  });
  const client = await connect(server.url, 'ada');
  const counts = () =>
    client.all('status').at(-1) ?? { environmentSteps: 0, learnerUpdates: 0, policyVersion: 0 };
  const answered = new Set<string>();
  const answer = () => {
    const { runId } = client.all('welcome')[0]!;
    for (const { query } of client.all('query')) {
      if (answered.has(query.id)) continue;
      answered.add(query.id);
      const now = Date.now();
      const [a, b] = query.segments;
      const times = { shownAt: now, answeredAt: now, responseMs: 0 };
      const base = { id: `f-${query.id}`, runId, teacherId: 'ada', queryId: query.id, ...times };
      const choice = answered.size % 2 ? 'a' : 'b';
      client.send({
        type: 'feedback',
        feedback: { ...base, kind: 'preference', a: a!, b: b!, choice },
      });
    }
  };
  try {
    client.send({ type: 'ask-queries', count: 16 });
    // Five rounds beyond what rollouts may do of their own accord.
    await until('rounds', () => {
      answer();
      return counts().environmentSteps > FIRST_CREDIT + 5 * ROUND;
    });
    // Every round: two epochs of four minibatches.
    await until('updates', () => counts().learnerUpdates >= 5 * 8);
    const frames = client.frames();
    await until('frames', () => client.frames() > frames + 5);
    await until('another policy', () => counts().policyVersion > 5);
    expect(client.all('error')).toEqual([]);
  } finally {
    client.close();
    await server.close();
    folder.remove();
  }
});
