import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../server/actors/facts.ts';
import { getEnvironment } from '../../../sim/registry.ts';

describe('facts of an environment', () => {
  it.each(['driving', 'parking', 'racetrack'])(
    '[DRIVE-28] of %s can leave the thread',
    async (id) => {
      const env = await getEnvironment(id).create();
      const facts = factsOf(id, env);
      expect(structuredClone(facts)).toEqual(facts);
      env.close();
    },
  );
});
