import { describe, expect, it } from 'vitest';
import { createEnvironment } from '../../../sim/registry.ts';
import { createBareEngine } from '../../../sim/robotics/engine/bare.ts';

describe('[ROBOT-3] the bare engine beside an environment', () => {
  it.each(['half-cheetah', 'fetch-pick-place'])(
    'comes to the same state of %s by the controls alone',
    async (id) => {
      const env = await createEnvironment(id);
      const engine = (await createBareEngine(env, 20))!;
      const action = new Float32Array(env.actionSpace.size).fill(0.3);
      env.reset(4);
      for (let i = 0; i < 5; i++) env.step(action);
      engine.begin();
      for (let i = 0; i < 20; i++) {
        env.step(action);
        engine.record();
      }
      expect(engine.agrees()).toBe(false);
      expect(engine.replay()).toBe(20);
      expect(engine.agrees()).toBe(true);
      expect(() => engine.record()).toThrow(/steps: 21, allowed 0 to 20/);
      engine.close();
      env.close();
    },
  );

  it('is not there for an environment without MuJoCo', async () => {
    const env = await createEnvironment('driving-easy');
    expect(await createBareEngine(env, 1)).toBeUndefined();
    env.close();
  });
});
