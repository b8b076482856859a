import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createClone } from '../../../experiments/expert/clone.ts';
import {
  type ExpertConfig,
  expertDefaults,
  trainExpert,
} from '../../../experiments/expert/train.ts';
import { drivingEnvironments } from '../../../sim/driving/index.ts';
import { createRandom } from '../../../sim/random.ts';

const easy = drivingEnvironments.find((f) => f.id === 'driving-easy')!;
const small: ExpertConfig = {
  ...expertDefaults,
  hidden: [16],
  demonstrationSteps: 1200,
  rounds: 1,
  roundSteps: 600,
  passes: 2,
  finalPasses: 4,
  ppoSteps: 1024,
  ppo: { ...expertDefaults.ppo, rolloutSteps: 512, minibatch: 128, epochs: 2, valueRounds: 0 },
  validateEvery: 1,
  validationSeeds: { start: 50_000, count: 1 },
};

async function train(config: ExpertConfig) {
  const env = await easy.create({ horizon: 300 });
  const practice = await easy.create({ horizon: 300, crashEnds: true });
  const backend = await loadBackend({ prefer: 'wasm' });
  const trained = await trainExpert({
    env,
    practice,
    createDemonstrator: easy.createExpert!,
    config,
    backend,
    seed: 3,
    log: () => {},
    onStep: () => {},
    pause: () => undefined,
  });
  return trained;
}

describe('a learned expert', () => {
  it('[EXPERT-1] is the same for the same seed, and PPO changes what was cloned', async () => {
    const first = await train(small);
    const again = await train(small);
    expect(again.ppo).toEqual(first.ppo);
    const { ppo, clone } = first;
    expect(ppo.layers[0]!.weights).not.toEqual(clone.layers[0]!.weights);
  });

  it('[EXPERT-3] a clone gets closer with every few passes and refuses more steps than it keeps', async () => {
    const env = await easy.create();
    const spec = {
      environmentId: env.id,
      observationSpace: env.observationSpace,
      actionSpace: env.actionSpace,
      controlDt: env.controlDt,
    };
    const backend = await loadBackend({ prefer: 'wasm' });
    const config = { hidden: [16], batchSize: 64, capacity: 300 };
    const clone = createClone(spec, config, backend, createRandom(1));
    const expert = easy.createExpert!(env);
    const action = new Float32Array(2);
    for (let ts = env.reset(1); clone.size < 300; ts = env.step(action)) {
      expert.act(action);
      clone.add(ts.observation, action);
    }
    const losses: number[] = [];
    while (losses.length < 40) losses.push(await clone.pass(1e-3));
    expect(losses[39]).toBeLessThan(0.5 * losses[0]!);
    expect(() => clone.add(new Float32Array(259), action)).toThrow(/capacity: 300/);
    clone.dispose();
  });

  it('[EXPERT-2] while only the value learns, the policy is the clone; it ignores its last action', async () => {
    const trained = await train({ ...small, ppo: { ...small.ppo, valueRounds: 2 } });
    expect(trained.ppo.layers).toEqual(trained.clone.layers);
    const names = (await easy.create()).observationSpace.names!;
    for (const name of ['lastSteering', 'lastThrottle']) {
      const j = names.indexOf(name);
      expect(trained.clone.normaliser!.invStd[j]).toBe(0);
      expect(trained.ppo.normaliser!.invStd[j]).toBe(0);
    }
  });
});
