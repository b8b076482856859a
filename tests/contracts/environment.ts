/** The environment contract as tests: every environment passes it. */
import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkEnvironment } from '../../sim/check.ts';
import { parseConfig } from '../../sim/config.ts';
import type { EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';

export function environmentContract(
  factory: EnvironmentFactory,
  environment: EnvironmentOptions = {},
  check: CheckOptions = {},
): void {
  describe(`${factory.id} ${JSON.stringify(environment)}`, () => {
    it('[ENV-1] keeps the environment contract', async () => {
      const report = await checkEnvironment(() => factory.create(environment), check);
      expect(report.id).toBe(factory.id);
      expect(report.steps).toBeGreaterThan(0);
    });

    it('[ENV-2] is described as it is', async () => {
      const env = await factory.create(environment);
      expect(factory.controlHz).toBeCloseTo(1 / env.controlDt, 3);
      expect(factory.safeAction).toHaveLength(env.actionSpace.size);
      for (const control of factory.controls) {
        expect(control.axis).toBeLessThan(env.actionSpace.size);
        expect(control.axis).toBeGreaterThanOrEqual(0);
      }
      const reasons = env.endReasons.map((reason) => reason.id);
      expect(new Set(reasons).size).toBe(reasons.length);
      for (const { id, label } of env.endReasons) {
        expect(id).not.toBe('');
        expect(label).not.toBe('');
      }
      env.close();
    });

    it('[ENV-3] refuses unknown options by name, and suggests what is near', async () => {
      await expect(factory.create({ ...environment, nonsense: 1 })).rejects.toThrow(
        /options.nonsense: unknown, (allowed|no options)/,
      );
      for (const name of Object.keys(factory.options.shape))
        await expect(factory.create({ ...environment, [`${name}x`]: 1 })).rejects.toThrow(
          /did you mean/,
        );
    });

    it('[ENV-3] is listed with the options it has when none are given', async () => {
      const given = parseConfig('options', factory.options, environment);
      const env = await factory.create(given);
      const plain = await factory.create(environment);
      const { observation } = plain.reset(1);
      expect(env.reset(1).observation).toEqual(observation);
      plain.close();
      env.close();
    });
  });
}
