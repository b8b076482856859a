/** Several live simulations of one run, over the wire of a real server. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FLAG } from '../../../server/protocol/index.ts';
import { type Client, connect, reward } from '../../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../../e2e/helpers.ts';

let server: Awaited<ReturnType<typeof startServerProcess>>;
let folder: ReturnType<typeof temporaryFolder>;
let ada: Client;

beforeAll(async () => {
  folder = temporaryFolder();
  const args = ['--log-level', 'error', '--rollouts', '0', '--live', '2'];
  server = await startServerProcess({ command: 'learner', dataDir: folder.path, args });
  ada = await connect(server.url, 'ada');
});
afterAll(async () => {
  ada.close();
  await server.stop();
  folder.remove();
});

const statusOf = (live: number) => ada.all('status').findLast((s) => s.live === live);
const log = async () =>
  (await (await fetch(`${server.url}/api/feedback`)).json()) as {
    id: string;
    kind: string;
    episodeId: string;
  }[];

it('[WIRE-13] two simulations go on side by side; the page sees the one that it looks at', async () => {
  expect(ada.all('welcome')[0]!.lives).toBe(2);
  const episodes = await until('both', () => {
    const ids = [statusOf(0)?.episodeId, statusOf(1)?.episodeId];
    return ids.every((id) => id) && ids;
  });
  expect(new Set(episodes).size).toBe(2);
  await until('frames', () => ada.frames() > 3);
  expect(ada.frame()!.live).toBe(0);
  ada.send({ type: 'look', live: 1, wall: false });
  await until('frames of the other', () => ada.frame()!.live === 1);
});

it('[CTRL-22] a person drives, rewards and stops the one in focus; all of it is in the one log', async () => {
  const hold = setInterval(() => ada.hold([0.1, 0.3]), 40);
  await until('driving', () => statusOf(1)?.controller === 'human');
  expect(statusOf(0)!.controller).toBe('policy');
  const { episodeId } = statusOf(1)!;
  // The status says so before the first step that is driven, and a takeover without a step leaves nothing.
  await until('a driven step', () => ada.frame()!.flags & FLAG.human);
  clearInterval(hold);
  ada.release();
  const override = await ada.expect('override');
  expect(override).toMatchObject({ live: 1, teacherId: 'ada' });
  expect((await log()).some((f) => f.kind === 'override' && f.episodeId === episodeId)).toBe(true);

  const open = statusOf(1)!.episodeId;
  const given = reward(ada.all('welcome')[0]!.runId, 'ada', open, 1, 1);
  ada.send({ type: 'feedback', feedback: given });
  await ada.expect('ack', (m) => m.feedbackId === given.id);

  ada.send({ type: 'control', id: 'stop', action: 'estop' });
  await until('the stop', () => statusOf(1)?.state === 'stopped');
  expect(statusOf(0)!.state).toBe('running');
  await until('the stop in the log', async () => (await log()).some((f) => f.kind === 'estop'));
});

it('[CTRL-22] whoever looks elsewhere lets go of what they drove', async () => {
  ada.send({ type: 'look', live: 0, wall: false });
  await until('frames', () => ada.frame()!.live === 0);
  const hold = setInterval(() => ada.hold([0.1, 0.3]), 40);
  await until('driving', () => statusOf(0)?.controller === 'human');
  clearInterval(hold);
  ada.send({ type: 'look', live: 1, wall: false });
  await until('the policy again', () => statusOf(0)?.controller === 'policy');
  ada.send({ type: 'look', live: 2, wall: false });
  expect((await ada.expect('error')).message).toBe(
    'look.live: is 2, allowed 0 to 1; serve --live N runs N side by side',
  );
});
