import { expect, test } from 'vitest';
import type { Episode, Query } from '../../../agent/contract.ts';
import { createQueries } from '../../../server/run/queries.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';

const plain = syntheticEpisode(syntheticSpec(2, 1), 20, createRandom(1), { id: 'e' });
const episode: Episode = { ...plain, poses: new Float32Array(21 * 7) };
const query: Query = {
  id: 'q',
  runId: 'r',
  kind: 'compare',
  segments: [
    { episodeId: 'e', from: 0, to: 5 },
    { episodeId: 'e', from: 10, to: 15 },
  ],
  strategy: 'uniform',
  score: 0,
  policyVersion: 1,
  createdAt: 0,
  expiresAt: 1000,
  expiresAfterEpisodes: 3,
};

function make() {
  const sent: string[] = [];
  const stored: Query[] = [];
  const storage = {
    findEpisode: async () => ({ id: 'e' }),
    putQuery: async (q: Query) => void stored.push(q),
  } as unknown as Storage;
  const questions = createQueries({
    storage,
    episodes: {
      find: async (id) => (id === 'e' ? episode : undefined),
      keep: async () => true,
    },
    viewers: { message: (message) => void sent.push(message.type) },
  });
  return { questions, sent, stored };
}

test('[SRV-40] a question expires when its time is over, and viewers are told', async () => {
  const { questions, sent } = make();
  await questions.take([query]);
  await questions.expire(999);
  expect(questions.size).toBe(1);
  await questions.expire(1000);
  expect(questions.size).toBe(0);
  expect(sent).toEqual(['query', 'query-expired']);
});

test('[SRV-40] it expires when behaviour has moved on, counted from when it was taken', async () => {
  const { questions, sent } = make();
  for (let i = 0; i < 3; i++) questions.moved();
  await questions.take([query]);
  for (let i = 1; i < 3; i++) questions.moved();
  await questions.expire(0);
  expect(questions.size).toBe(1);
  questions.moved();
  await questions.expire(0);
  expect(questions.size).toBe(0);
  expect(sent).toEqual(['query', 'query-expired']);
});

test('[SRV-40] an answered question is gone without a word; one about unknown clips is never shown', async () => {
  const { questions, sent } = make();
  await questions.take([query]);
  questions.answered('q');
  await questions.expire(5000);
  await questions.take([{ ...query, segments: [{ episodeId: 'lost', from: 0, to: 1 }] }]);
  expect(questions.size).toBe(0);
  expect(sent).toEqual(['query']);
});

test('[SRV-41] when other questions are worth more, those that wait are withdrawn', async () => {
  const { questions, sent } = make();
  await questions.take([query]);
  questions.renew();
  expect(questions.size).toBe(0);
  expect(sent).toEqual(['query', 'query-expired']);
  await questions.take([{ ...query, id: 'q2' }]);
  expect(questions.open.map((q) => q.id)).toEqual(['q2']);
});

test('[SRV-41] urgent questions are first in the queue, in the order they came', async () => {
  const { questions } = make();
  const urgent = (id: string) => ({ ...query, id, urgent: true });
  await questions.take([query, urgent('u'), { ...query, id: 'q2' }, urgent('v')]);
  expect(questions.open.map((q) => q.id)).toEqual(['u', 'v', 'q', 'q2']);
});

test('[SRV-42] a question never expires under a person’s eyes; its episodes stay meanwhile', async () => {
  const { questions, sent, stored } = make();
  await questions.take([query, { ...query, id: 'q2' }]);
  questions.show('ada', 'q');
  questions.show('bob', 'q');
  for (let i = 0; i < 10; i++) questions.moved();
  await questions.expire(5000);
  questions.renew();
  expect(questions.open.map((q) => q.id)).toEqual(['q']);
  expect(stored.at(-1)!.id).toBe('q');
  expect(stored.at(-1)!.expiresAt).toBeGreaterThan(5000);
  const writes = stored.length;
  await questions.expire(5001);
  expect(stored.length).toBe(writes);
  questions.show('bob', 'q2');
  await questions.expire(6000);
  expect(questions.size).toBe(1);
  questions.show('ada', undefined);
  await questions.expire(6000);
  expect(questions.size).toBe(0);
  expect(sent).toEqual(['query', 'query', 'query-expired', 'query-expired']);
});

test('[SRV-42] one that is passed makes room for another', async () => {
  const { questions, sent } = make();
  await questions.take([query]);
  questions.pass('q');
  questions.pass('q');
  expect(questions.size).toBe(0);
  expect(sent).toEqual(['query', 'query-expired']);
});
