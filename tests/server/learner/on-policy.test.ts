/** A learner thread whose preset learns on policy, told of steps as a run tells it. */
import { afterEach, expect, it } from 'vitest';
import type { Episode, FeedbackBody } from '../../../agent/contract.ts';
import { FIRST_CREDIT } from '../../../server/actors/messages.ts';
import { sliceEpisode } from '../../../server/episode-chunks.ts';
import type {
  LearnerCommand,
  LearnerData,
  LearnerEvent,
} from '../../../server/learner/messages.ts';
import { startThread, type Thread } from '../../../server/threads.ts';
import { createRandom } from '../../../sim/random.ts';
import { createEnvironment } from '../../../sim/registry.ts';
import { syntheticEpisode } from '../../agent/synthetic.ts';
import { until } from '../../e2e/helpers.ts';

const ROUND = 200;
const env = await createEnvironment('reacher', {});
const { observationSpace, actionSpace, controlDt } = env;
env.close();
const spec = { environmentId: 'reacher', observationSpace, actionSpace, controlDt };
const random = createRandom(1);

let thread: Thread<LearnerCommand>;
let events: LearnerEvent[] = [];
afterEach(() => thread.stop());

const of = <T extends LearnerEvent['type']>(type: T) =>
  events.filter((e): e is Extract<LearnerEvent, { type: T }> => e.type === type);

async function start(rolloutSteps = ROUND): Promise<void> {
  events = [];
  const data: Omit<LearnerData, 'module'> = {
    runId: 'r',
    preset: 'christiano',
    overrides: {
      learner: { rolloutSteps, minibatch: 50, epochs: 2, hidden: [16] },
      reward: { hidden: [16] },
    },
    seed: 1,
    environmentId: 'reacher',
    environmentOptions: {},
  };
  thread = startThread<LearnerCommand, LearnerEvent>(data, './learner/worker.ts', {
    onEvent: (event) => events.push(event),
    onDeath: (reason) => {
      throw new Error(reason);
    },
  });
  await until('the first policy', () => of('published').length > 0);
}

/** A whole episode of `length` steps, the first `human` of them a person's. */
function tell(id: string, length: number, human = 0): Episode {
  const episode = syntheticEpisode(spec, length, random, {
    id,
    human: [0, human],
    end: 'truncated',
    behave(_observation, action) {
      for (let j = 0; j < action.length; j++) action[j]! /= 3; // within the arm's range
      return 0;
    },
  });
  thread.send({ type: 'chunk', chunk: sliceEpisode(episode, 0, length) });
  return episode;
}

/** Ten answers about two episodes. */
function answer(a: string, b: string): void {
  for (let i = 0; i < 10; i++) {
    const body: FeedbackBody = {
      kind: 'preference',
      a: { episodeId: a, from: 5 * i, to: 5 * i + 10 },
      b: { episodeId: b, from: 5 * i, to: 5 * i + 10 },
      choice: i % 2 ? 'a' : 'b',
    };
    const base = { id: `f${i}`, runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0 };
    const feedback = { ...base, receivedAt: 0, responseMs: 1000, ...body };
    thread.send({ type: 'feedback', sequence: i + 1, feedback });
  }
}

/** The learner has heard everything sent so far and found nothing to do: it says so twice a second. */
async function quiet(): Promise<void> {
  const heard = of('progress').length;
  await until('a quiet moment', () =>
    of('progress')
      .slice(heard + 1)
      .some((e) => !e.learning),
  );
}

it('[SRV-22] people’s steps make no round; the policy’s do, and each is followed by credit for the next', async () => {
  await start();
  tell('a', 150, 150);
  tell('b', 150, 150);
  answer('a', 'b');
  await until('a model of the reward', () => of('progress').at(-1)?.counts.rewardUpdates);
  await quiet();
  expect(of('progress').at(-1)!.counts).toMatchObject({ humanSteps: 300, learnerUpdates: 0 });
  expect(of('credit')).toEqual([]);
  tell('c', ROUND - 1);
  await quiet();
  expect(of('progress').at(-1)!.counts.learnerUpdates).toBe(0);
  for (const round of [1, 2]) {
    tell(`d${round}`, round === 1 ? 1 : ROUND);
    await until('credit', () => of('credit').length === round);
    expect(of('credit').at(-1)!.steps).toBe(ROUND);
    expect(of('credit').at(-1)!.counts.learnerUpdates).toBe(round * 2 * (ROUND / 50));
    // The policy that acts the next round is told before its steps are asked for.
    const at = events.indexOf(of('credit').at(-1)!);
    const before = events[at - 1]!;
    expect(before.type).toBe('published');
  }
  const [first, ...later] = of('published').map((e) => e.snapshot.layers[0]!.weights);
  expect(later.at(-1)).not.toEqual(first);
});

it('[SRV-22] a round longer than rollouts are ahead of every learner is asked for at the start', async () => {
  await start(FIRST_CREDIT + 300);
  await until('credit', () => of('credit').length > 0);
  expect(of('credit')[0]!.steps).toBe(300);
});
