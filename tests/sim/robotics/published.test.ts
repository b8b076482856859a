/**
 * Our models against the published ones, where a folder of them is given in REINS_MJCF_DIR (Gymnasium's
 * `envs/mujoco/assets`): the same numbers in the compiled model, and the same states from the same
 * controls. Files that are not there are named as skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPhysics } from '../../../sim/robotics/engine/mujoco.ts';
import { locomotionTasks } from '../../../sim/robotics/tasks/locomotion.ts';

const folder = process.env.REINS_MJCF_DIR ?? '';

/** Arrays of the model that decide how it moves; `geom_*` order follows the bodies. */
const numbers = [
  'body_mass',
  'body_inertia',
  'body_pos',
  'body_quat',
  'body_ipos',
  'jnt_range',
  'jnt_stiffness',
  'jnt_axis',
  'jnt_pos',
  'dof_damping',
  'dof_armature',
  'geom_friction',
  'geom_solimp',
  'geom_solref',
  'geom_margin',
  'geom_condim',
  'actuator_gear',
  'actuator_ctrlrange',
  'qpos0',
];

/** File, our task, and how far numbers and states may differ: some files give rounded angles. */
const published = [
  ['ant.xml', 'ant', 0],
  ['half_cheetah.xml', 'half-cheetah', 0],
  ['hopper.xml', 'hopper', 1e-5],
  ['walker2d_v5.xml', 'walker2d', 1e-9],
  ['humanoid.xml', 'humanoid', 1e-9],
  ['swimmer.xml', 'swimmer', 1e-9],
] as const;

const absent = published
  .map(([file]) => file)
  .filter((f) => !folder || !existsSync(join(folder, f)));
if (absent.length > 0)
  process.stderr.write(
    `SKIPPED [ROBOT-2] comparison with published models: ${folder === '' ? 'REINS_MJCF_DIR is not set' : `REINS_MJCF_DIR has no ${absent.join(', ')}`}\n`,
  );

describe('[ROBOT-2] our models are the published ones', () => {
  for (const [file, id, tolerance] of published) {
    const path = join(folder, file);
    it.skipIf(folder === '' || !existsSync(path))(`${id} as ${file}`, async () => {
      const ours = await createPhysics(locomotionTasks.find((t) => t.id === id)!.task({}).model);
      const theirs = await createPhysics(readFileSync(path, 'utf8'));
      for (const name of numbers) {
        const [a, b] = [ours.model(name), theirs.model(name)];
        expect([name, a.length]).toEqual([name, b.length]);
        for (let i = 0; i < a.length; i++)
          expect(Math.abs(a[i]! - b[i]!), `${name}[${i}]`).toBeLessThanOrEqual(tolerance);
      }
      ours.sync();
      for (let t = 0; t < 300; t++) {
        for (let k = 0; k < ours.ctrl.length; k++)
          ours.ctrl[k] = theirs.ctrl[k] = 0.3 * Math.sin(0.03 * t + k);
        ours.step(1);
        theirs.step(1);
      }
      for (let i = 0; i < ours.qpos.length; i++)
        expect(Math.abs(ours.qpos[i]! - theirs.qpos[i]!)).toBeLessThanOrEqual(10 * tolerance);
      ours.close();
      theirs.close();
    });
  }
});
