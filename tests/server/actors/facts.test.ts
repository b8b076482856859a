import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../server/actors/facts.ts';
import { getEnvironment } from '../../../sim/registry.ts';

const MODEL = `<mujoco><worldbody><body name="cart"><joint name="slide" type="slide"/>
  <geom size="0.1"/></body></worldbody><actuator><motor joint="slide"/></actuator></mujoco>`;

describe('facts of an environment', () => {
  it('[DRIVE-28] of a model of yours can leave the thread', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reins-facts-'));
    writeFileSync(join(folder, 'robot.xml'), MODEL);
    const env = await getEnvironment('mjcf').create({ mjcf: join(folder, 'robot.xml') });
    const facts = factsOf('mjcf', env);
    expect(structuredClone(facts)).toEqual(facts);
    env.close();
    rmSync(folder, { recursive: true });
  });

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
