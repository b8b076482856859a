import { expect, test } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import type { Feedback } from '../../../agent/contract.ts';
import { createPreferenceTeacher } from '../../../agent/teachers/preference.ts';
import { createTrainer } from '../../../agent/trainer/trainer.ts';
import { createLoop } from '../../../experiments/train/loop.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointWorld, POINT_HORIZON, pointSpec, pointWorld } from '../../agent/point-world.ts';

const steps = 400;

test('[TCH-15] the preference teacher sees every finished episode, and answers arrive after its delay; [CLI-16] the curve tells when the alarm for hacking stood', async () => {
  const env = createPointWorld();
  const trainer = await createTrainer({
    preset: 'christiano',
    spec: pointSpec(),
    seed: 1,
    runId: 'r',
    overrides: { queries: { segmentSeconds: 0.5 } },
    backend: 'cpu',
  });
  const said: { feedback: Feedback; at: number }[] = [];
  let step = 0;
  const answerer = createPreferenceTeacher({ delay: 4 }, createRandom(1));
  const watched: { id: string; length: number }[] = [];
  const loop = createLoop({
    env,
    factory: {
      title: 'Point',
      description: '',
      family: 'driving',
      controlHz: 10,
      horizon: POINT_HORIZON,
      controls: [],
      safeAction: [0, 0],
      trainSeeds: { start: 0, count: 50 },
      evalSeeds: { start: 1000, count: 50 },
      licence: 'MIT',
      better: '',
      ...pointWorld,
    },
    trainer: {
      ...trainer,
      feedback(feedback) {
        said.push({ feedback, at: step });
        trainer.feedback(feedback);
      },
      report: () => ({ 'reward/hackingAlarm': step > 250 ? 1 : 0 }),
    },
    teachers: {
      override: undefined,
      preference: {
        ...answerer,
        watch(episode) {
          expect(episode.end).not.toBe('open');
          watched.push({ id: episode.id, length: episode.length });
          answerer.watch(episode);
        },
      },
      scalar: undefined,
      counterfactual: undefined,
      predictions: undefined,
      see: () => step++,
      setGate: () => {},
      memory: { save: () => undefined, load: () => {} },
      close: () => {},
    },
    policy: createPolicy(trainer.snapshot(), createRandom(2)),
    runId: 'r',
    configHash: 'h',
    steps,
    labels: 20,
    schedule: 'constant',
    seed: 1,
    onStep: () => {},
  });
  await loop.run();
  const { result } = loop;
  expect(result.curve.map(({ alarm }) => alarm)).toEqual([false, false, true, true]);
  expect(said.length).toBe(20);
  for (const { feedback, at } of said) {
    expect(feedback.receivedAt).toBe(feedback.answeredAt);
    // 4 s at 10 steps a second; what is under way when the run ends arrives then.
    if (at < steps) expect(feedback.responseMs).toBe(4000);
    else expect(feedback.responseMs).toBeLessThanOrEqual(4000);
  }
  expect(said.filter(({ at }) => at < steps).length).toBeGreaterThan(9);
  const finished = result.store
    .ids()
    .map((id) => result.store.get(id)!)
    .filter((e) => e.end !== 'open');
  expect(watched).toEqual(finished.map((e) => ({ id: e.id, length: e.length })));
  expect(watched.length).toBeGreaterThan(5);
  trainer.dispose();
});
