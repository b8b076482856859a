/** A learner thread on its own, told of steps and answers as a run tells it. */
import type { Episode, FeedbackBody } from '../../../agent/contract.ts';
import { sliceEpisode } from '../../../agent/episode/chunks.ts';
import type {
  LearnerCommand,
  LearnerData,
  LearnerEvent,
} from '../../../server/learner/messages.ts';
import { startThread } from '../../../server/threads/threads.ts';
import { createRandom } from '../../../sim/random.ts';
import { createEnvironment } from '../../../sim/registry.ts';
import { syntheticEpisode } from '../../agent/synthetic.ts';
import { until } from '../../e2e/helpers.ts';

type Of<T extends LearnerEvent['type']> = Extract<LearnerEvent, { type: T }>;

const env = await createEnvironment('reacher', {});
const { observationSpace, actionSpace, controlDt } = env;
env.close();
const spec = { environmentId: 'reacher', observationSpace, actionSpace, controlDt };

export async function startLearner(preset: string, overrides: LearnerData['overrides']) {
  const events: LearnerEvent[] = [];
  const random = createRandom(1);
  let sequence = 0;
  const of = <T extends LearnerEvent['type']>(type: T) =>
    events.filter((e): e is Of<T> => e.type === type);
  const data: Omit<LearnerData, 'module'> = {
    runId: 'r',
    preset,
    overrides,
    seed: 1,
    environmentId: 'reacher',
    environmentOptions: {},
  };
  const thread = startThread<LearnerCommand, LearnerEvent>(
    data,
    new URL('../../../server/learner/worker.ts', import.meta.url).href,
    {
      onEvent: (event) => events.push(event),
      onDeath: (reason) => {
        throw new Error(reason);
      },
    },
  );
  await until('the first policy', () => of('published').length > 0);

  return {
    events,
    of,
    send: (command: LearnerCommand) => thread.send(command),
    stop: () => thread.stop(),
    /** A whole episode of `length` steps, the first `human` of them a person's. */
    tell(id: string, length: number, human = 0): Episode {
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
    },
    answer(body: FeedbackBody, queryId?: string): void {
      const id = `f${++sequence}`;
      const base = { id, runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
      const asked = queryId === undefined ? {} : { queryId };
      thread.send({
        type: 'feedback',
        sequence,
        feedback: { ...base, ...asked, ...body, responseMs: 1000 },
      });
    },
    /** It has heard everything sent so far and found nothing to do: it tells twice a second. */
    async quiet(): Promise<void> {
      const heard = of('progress').length;
      await until('a quiet moment', () =>
        of('progress')
          .slice(heard + 1)
          .some((e) => !e.learning),
      );
    },
  };
}
