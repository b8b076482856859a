/** A whole server whose questions expire after two seconds, and a person who takes longer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientFeedback, ServerMessage } from '../../server/protocol/index.ts';
import { type Client, connect, reward } from '../e2e/client.ts';
import { startServerProcess, temporaryFolder } from '../e2e/helpers.ts';

let server: Awaited<ReturnType<typeof startServerProcess>>;
let folder: ReturnType<typeof temporaryFolder>;
let client: Client;

beforeAll(async () => {
  folder = temporaryFolder();
  const args = ['--log-level', 'error', '--set', 'queries.expirySeconds=2'];
  server = await startServerProcess({ command: 'learner', dataDir: folder.path, args });
  client = await connect(server.url, 'ada');
  client.send({ type: 'ask-queries', count: 4 });
});
afterAll(async () => {
  client.close();
  await server.stop();
  folder.remove();
});

const hasExpired = (id: string) => client.all('query-expired').some((e) => e.queryId === id);

/** Shows the newest question; on a machine too slow to say so within two seconds, the next one. */
async function showInTime(since = 0): Promise<Query> {
  const { query } = await client.expect('query', (q) => q.query.createdAt > since);
  client.send({ type: 'show-query', queryId: query.id });
  // Answered in the order of messages: by then the server knows what is shown.
  const { episodeId, from } = (query.segments as ClientSegment[])[0]!;
  const feedback = reward(query.runId, 'ada', episodeId, from, 1);
  client.send({ type: 'feedback', feedback });
  await client.expect('ack', (ack) => ack.feedbackId === feedback.id);
  return hasExpired(query.id) ? showInTime(Date.now()) : query;
}

it('[SRV-42] questions expire as configured, except the one on screen, whose answer is accepted', async () => {
  const query = await showInTime();
  // One that came later expires while the person still looks at theirs.
  const later = await client.expect('query', (q) => q.query.createdAt > query.createdAt + 2500);
  await client.expect('query-expired', (e) => e.queryId === later.query.id);
  expect(hasExpired(query.id)).toBe(false);
  const [a, b] = query.segments as [ClientSegment, ClientSegment];
  const now = Date.now();
  const answer: ClientFeedback = {
    id: 'late',
    runId: query.runId,
    teacherId: 'ada',
    queryId: query.id,
    shownAt: query.createdAt,
    answeredAt: now,
    responseMs: now - query.createdAt,
    kind: 'preference',
    a,
    b,
    choice: 'a',
  };
  client.send({ type: 'feedback', feedback: answer });
  await client.expect('ack', (ack) => ack.feedbackId === 'late' && !ack.duplicate);
  // Looking at another and away again: that one expires.
  const next = await client.expect('query', (q) => q.query.createdAt > now);
  client.send({ type: 'show-query', queryId: next.query.id });
  client.send({ type: 'show-query', queryId: null });
  await client.expect('query-expired', (e) => e.queryId === next.query.id);
});

type Query = Extract<ServerMessage, { type: 'query' }>['query'];
type ClientSegment = Extract<ClientFeedback, { kind: 'rating' }>['segment'];
