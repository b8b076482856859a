import { describe, expect, it } from 'vitest';
import { resolveOperator, resolvePolicy } from '../../experiments/policies.ts';
import { getEnvironment } from '../../sim/registry.ts';

describe('[CLI-14] whom a synthetic operator takes over with', () => {
  const factory = getEnvironment('driving');

  it('teacher is the scripted driver, clone and expert are learned ones; none changes the environment', async () => {
    const env = await factory.create();
    for (const name of ['teacher', 'clone', 'expert', 'planner']) {
      const operator = resolveOperator(name, factory)(env);
      const { act } = resolvePolicy(name, factory, env, 1);
      let ts = env.reset(1000);
      const [a, b] = [new Float32Array(2), new Float32Array(2)];
      for (let t = 0; t < 20; t++) {
        const before = env.saveState();
        operator.act(a);
        expect(env.saveState()).toEqual(before);
        act(ts, b);
        expect(a).toEqual(b);
        ts = env.step(a);
      }
    }
    env.close();
  });

  it('names what is allowed where there is no such driver', async () => {
    expect(() => resolveOperator('teacher', getEnvironment('hopper'))).toThrow(/no expert/);
    const parking = await getEnvironment('parking').create();
    expect(() => resolvePolicy('clone', getEnvironment('parking'), parking, 1)).toThrow(
      'policy: parking has no clone, allowed expert, planner, teacher or a file',
    );
    parking.close();
    const env = await factory.create();
    expect(() => resolveOperator('/nowhere.policy', factory)(env)).toThrow(
      /allowed expert, planner, teacher, clone, random or a file/,
    );
    env.close();
  });
});
