import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../agent/evaluation/evaluate.ts';
import { createProgram } from '../../cli/main.ts';
import { cloneFile, expertFile, resolvePolicy } from '../../experiments/policies.ts';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { getEnvironment } from '../../sim/registry.ts';

describe('the learned expert of driving', () => {
  it('[CLI-13] is shipped with its command, seed and result, in a few hundred kilobytes', () => {
    const path = expertFile('driving');
    expect(statSync(path).size).toBeLessThan(500_000);
    const { meta } = readPolicyFile(path);
    expect(meta.command).toContain('reins expert --env driving');
    expect(meta.seed).toBe(1);
    const { ppo } = meta.result as { ppo: { episodes: number; success: { mean: number } } };
    expect(ppo.episodes).toBe(50);
    expect(ppo.success.mean).toBeGreaterThanOrEqual(0.9);
  });

  it('[CLI-13] is what --policy expert resolves to, and it arrives', async () => {
    const factory = await getEnvironment('driving');
    const env = await factory.create();
    const expert = resolvePolicy('expert', factory, env, 0);
    expect(expert.description).toContain('driving.policy');
    const seeds = Array.from({ length: 10 }, (_, i) => 1000 + i);
    const { summary } = await evaluate(env, expert.act, seeds);
    expect(summary.success.mean).toBeGreaterThanOrEqual(0.8);
    expect(resolvePolicy('planner', factory, env, 0).description).toBe('scripted planner');
    env.close();
  });

  it('[CLI-13] the clone of the scripted teacher is shipped in the same way, and arrives', async () => {
    const { meta } = readPolicyFile(cloneFile('driving'));
    expect(meta.command).toBe(
      'reins expert --env driving --demonstrator teacher --steps 0 --rounds 2 --seed 1',
    );
    const env = await getEnvironment('driving').create();
    const clone = resolvePolicy('clone', getEnvironment('driving'), env, 0);
    const seeds = Array.from({ length: 10 }, (_, i) => 1000 + i);
    const { summary } = await evaluate(env, clone.act, seeds);
    expect(summary.success.mean).toBeGreaterThanOrEqual(0.8);
    env.close();
  });

  it('[CLI-13] needs a planner to learn from', async () => {
    await expect(
      createProgram().parseAsync(['expert', '--env', 'half-cheetah'], { from: 'user' }),
    ).rejects.toThrow(/half-cheetah has no planner/);
    const clone = ['expert', '--env', 'half-cheetah', '--demonstrator', 'teacher'];
    await expect(createProgram().parseAsync(clone, { from: 'user' })).rejects.toThrow(
      /half-cheetah has no teacher/,
    );
  });
});
