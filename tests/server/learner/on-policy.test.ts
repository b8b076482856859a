/** A learner thread whose preset learns on policy. */
import { afterEach, expect, it } from 'vitest';
import { FIRST_CREDIT } from '../../../server/learner/messages.ts';
import { startLearner } from './learner-thread.ts';

const ROUND = 200;

let learner: Awaited<ReturnType<typeof startLearner>>;
afterEach(() => learner.stop());

async function start(rolloutSteps: number): Promise<void> {
  learner = await startLearner('christiano', {
    learner: { rolloutSteps, minibatch: 50, epochs: 2, hidden: [16] },
    reward: { hidden: [16] },
  });
}

it('[SRV-22] people’s steps make no round; the policy’s do, and each is followed by credit for the next', async () => {
  await start(ROUND);
  const { of, events, tell, quiet } = learner;
  tell('a', 150, 150);
  tell('b', 150, 150);
  for (let i = 0; i < 10; i++) {
    learner.answer({
      kind: 'preference',
      a: { episodeId: 'a', from: 5 * i, to: 5 * i + 10 },
      b: { episodeId: 'b', from: 5 * i, to: 5 * i + 10 },
      choice: i % 2 ? 'a' : 'b',
    });
  }
  await quiet();
  const counts = () => of('progress').at(-1)!.counts;
  expect(counts()).toMatchObject({ humanSteps: 300, labels: 10, learnerUpdates: 0 });
  expect(counts().rewardUpdates).toBeGreaterThan(0);
  expect(of('credit')).toEqual([]);
  tell('c', ROUND - 1);
  await quiet();
  expect(counts().learnerUpdates).toBe(0);
  for (const round of [1, 2]) {
    tell(`d${round}`, round === 1 ? 1 : ROUND);
    await quiet();
    expect(of('credit').map((e) => e.steps)).toEqual(Array(round).fill(ROUND));
    expect(counts().learnerUpdates).toBe(round * 2 * (ROUND / 50));
    // The policy that acts the next round is told before its steps are asked for.
    const at = events.indexOf(of('credit').at(-1)!);
    expect(events[at - 1]!.type).toBe('published');
  }
  const weights = of('published').map((e) => e.snapshot.layers[0]!.weights);
  expect(weights.at(-1)).not.toEqual(weights[0]);
});

it('[SRV-22] a round longer than rollouts are ahead of every learner is asked for at the start', async () => {
  await start(FIRST_CREDIT + 300);
  await learner.quiet();
  expect(learner.of('credit').map((e) => e.steps)).toEqual([300]);
});
