import { expect, it } from 'vitest';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import { sliceEpisode } from '../../../agent/episode/chunks.ts';
import { COLUMN_NAMES } from '../../../agent/episode/columns.ts';
import { Delivery } from '../../../server/learner/delivery.ts';
import type { LearnerCommand } from '../../../server/learner/messages.ts';
import { createLog } from '../../../server/threads/log.ts';
import { startThread } from '../../../server/threads/threads.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';

const spec = syntheticSpec(2, 1);
const episode = (id: string, startedAt: number): Episode => ({
  ...syntheticEpisode(spec, 20, createRandom(1), { id }),
  startedAt,
});
const base = { runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
const on = (episodeId: string): Feedback => ({
  ...base,
  id: `f-${episodeId}`,
  responseMs: 0,
  kind: 'reward',
  episodeId,
  step: 1,
  value: 1,
});

/** A checkpoint of the log up to 3, saved at 10 s; episodes of 2 s; `log` came after it. */
function make(log: readonly { sequence: number; feedback: Feedback }[], startedAt = 9000) {
  const told: string[] = [];
  const word = (command: LearnerCommand): string => {
    if (command.type === 'feedback') return `feedback ${command.sequence}`;
    if (command.type === 'missing') return `missing ${command.episodeId}`;
    return 'chunk' in command ? `${command.type} ${command.chunk.id}` : command.type;
  };
  const delivery = new Delivery({
    runId: 'r',
    storage: {
      readFeedback: async (_run, after) => log.filter((entry) => entry.sequence > after),
      getEpisode: async (id) => (id === 'gone' ? undefined : episode(id, startedAt)),
    },
    lives: { started: Promise.resolve({ controlDt: 0.1 }), isOpen: (id) => id === 'open' },
    log: createLog('fatal'),
    checkpoint: { feedbackSequence: 3, savedAt: 10_000 },
    send: (command) => told.push(word(command)),
  });
  return { delivery, told };
}

it('[SRV-4] a thread is told the feedback its checkpoint lacks, once, each after its episode', async () => {
  const log = [3, 4, 5].map((sequence) => ({ sequence, feedback: on(`e${sequence}`) }));
  const { delivery, told } = make(log);
  delivery.feedback(5, on('e5')); // came while the log was read
  delivery.feedback(6, on('e4'));
  await delivery.settled;
  expect(told).toEqual(['chunk e4', 'feedback 4', 'chunk e5', 'feedback 5', 'feedback 6']);
});

it('[SRV-94] what the thread has forgotten is told once more, and is no new experience', async () => {
  const { delivery, told } = make([]);
  delivery.feedback(4, on('e'));
  delivery.forgotten(['e', 'gone']);
  delivery.feedback(5, on('e'));
  await delivery.settled;
  expect(told).toEqual(['recall e', 'feedback 4', 'recall e', 'missing gone', 'feedback 5']);
});

it('[SRV-4] an episode that the checkpoint has is recalled, not experienced twice', async () => {
  const { delivery, told } = make([{ sequence: 4, feedback: on('old') }], 7000);
  await delivery.settled;
  delivery.feedback(5, on('e5')); // its steps were observed while it was driven
  await delivery.settled;
  expect(told).toEqual(['recall old', 'feedback 4', 'recall e5', 'feedback 5']);
});

it('[SRV-90] steps of the open episode and of one already told are not sent again', async () => {
  const { delivery, told } = make([]);
  await delivery.settled;
  const columns = episode('told', 0);
  delivery.chunk('chunk', sliceEpisode(columns, 0, 20));
  delivery.feedback(4, on('told'));
  delivery.feedback(5, on('open'));
  await delivery.settled;
  expect(told).toEqual(['chunk told', 'feedback 4', 'feedback 5']);
});

it('[SRV-4] nothing more is told to a thread that is gone', async () => {
  const { delivery, told } = make([{ sequence: 4, feedback: on('e4') }]);
  delivery.end();
  delivery.feedback(5, on('e5'));
  await delivery.settled;
  expect(told).toEqual([]);
});

it('[SRV-90] an episode that is not in storage is said to be missing', async () => {
  const { delivery, told } = make([]);
  delivery.feedback(4, on('gone'));
  await delivery.settled;
  expect(told).toEqual(['missing gone', 'feedback 4']);
});

it('[SRV-91] steps are transferred to the thread, not copied', async () => {
  let heard: (command: LearnerCommand) => void;
  const thread = startThread<LearnerCommand, LearnerCommand>(
    {},
    new URL('../threads/fixtures/mirror-thread.ts', import.meta.url).href,
    { onEvent: (command) => heard(command), onDeath: (reason) => expect.fail(reason) },
  );
  const delivery = new Delivery({
    runId: 'r',
    storage: { readFeedback: async () => [], getEpisode: async (id) => episode(id, 0) },
    lives: { started: Promise.resolve({ controlDt: 0.1 }), isOpen: () => false },
    log: createLog('fatal'),
    checkpoint: undefined,
    send: (command, transfer) => thread.send(command, transfer),
  });
  const whole = episode('e', 0);
  for (const type of ['chunk', 'recall'] as const) {
    const chunk = sliceEpisode(whole, 5, 15);
    const same = sliceEpisode(whole, 5, 15);
    const answer = new Promise<LearnerCommand>((resolve) => {
      heard = resolve;
    });
    delivery.chunk(type, chunk);
    for (const name of COLUMN_NAMES) expect(chunk[name].buffer.byteLength).toBe(0);
    expect(await answer).toEqual({ type, chunk: same });
  }
  expect(whole.observations.length).toBe(42);
  await thread.stop();
});
