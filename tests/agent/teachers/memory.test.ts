import { describe, expect, test } from 'vitest';
import type { Query } from '../../../agent/contract.ts';
import { createOverrideTeacher } from '../../../agent/teachers/override.ts';
import { createPreferenceTeacher } from '../../../agent/teachers/preference.ts';
import { createScalarTeacher } from '../../../agent/teachers/scalar.ts';
import type { Expert } from '../../../sim/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { createPointExpert, createPointWorld, recordPointEpisodes } from '../point-world.ts';

const episodes = recordPointEpisodes(12, 9, 'e');
const known = new Map(episodes.map((episode) => [episode.id, episode]));

describe('what a teacher remembers', () => {
  test('[TCH-25] a preference teacher goes on as if it had never stopped', () => {
    const config = { mistake: 0.3, drift: 20, fatigue: 0.5, featureNoise: 0.3, skip: 0.2, beta: 2 };
    const make = (seed: number) => createPreferenceTeacher(config, createRandom(seed));
    const ask = (teacher: ReturnType<typeof make>, from: number, to: number) =>
      episodes.slice(from, to).flatMap((episode, i) => {
        teacher.watch(episode);
        const segments = [0, 20].map((at) => ({ episodeId: episode.id, from: at, to: at + 10 }));
        return (['compare', 'rank', 'rate'] as const).map((kind) =>
          teacher.reply!({ id: `q${i}`, kind, segments } as unknown as Query, known),
        );
      });
    const one = make(1);
    ask(one, 0, 6);
    const other = make(2);
    other.memory!.load(structuredClone(one.memory!.save()));
    expect(ask(other, 6, 12)).toEqual(ask(one, 6, 12));
    expect(other.ceiling).toBe(one.ceiling);
  });

  test('[TCH-25] so does a scalar teacher', () => {
    const make = (seed: number) =>
      createScalarTeacher({ mode: 'policy-dependent', mistake: 0.4 }, createRandom(seed));
    const watch = (teacher: ReturnType<typeof make>, from: number, to: number) =>
      episodes
        .slice(from, to)
        .flatMap((episode) =>
          Array.from({ length: episode.length }, (_, step) => teacher.observe(episode, step)),
        );
    const one = make(1);
    watch(one, 0, 6);
    const other = make(2);
    other.memory!.load(structuredClone(one.memory!.save()));
    const said = watch(one, 6, 12);
    expect(watch(other, 6, 12)).toEqual(said);
    expect(said.filter(Boolean).length).toBeGreaterThan(10);
  });

  test('[TCH-25] so does an override teacher, in the middle of a takeover', () => {
    const config = { rule: 'late-noisy', wrongShare: 0.4, actionNoise: 0.3 } as const;
    const rig = (seed: number) => {
      const env = createPointWorld();
      const teacher = createOverrideTeacher(
        env,
        createPointExpert(env),
        config,
        createRandom(seed),
      );
      env.reset(3);
      const wanted = Float32Array.of(1, 1);
      const drive = (steps: number) =>
        Array.from({ length: steps }, () => {
          const out = new Float32Array(2);
          const human = teacher.intervene(wanted, out);
          if (env.step(human ? out : wanted).kind === 'last') env.reset(4);
          return human ? [...out] : undefined;
        });
      return { env, teacher, drive };
    };
    const one = rig(1);
    let last: unknown;
    for (let i = 0; i < 200 && !last; i++) [last] = one.drive(1);
    const other = rig(2);
    other.env.loadState(one.env.saveState());
    other.teacher.memory!.load(structuredClone(one.teacher.memory!.save()));
    expect(other.drive(150)).toEqual(one.drive(150));
    expect(other.teacher.stats).toEqual(one.teacher.stats);
  });

  test.each(['driving', 'parking'])('[TCH-25] so do the experts of %s', async (id) => {
    const factory = getEnvironment(id);
    const make = factory.createPlanner ?? factory.createExpert!;
    const [env, copy] = [await factory.create(), await factory.create()];
    const [one, other] = [make(env), make(copy)];
    const out = new Float32Array(env.actionSpace.size);
    const drive = (expert: Expert, world: typeof env, steps: number) =>
      Array.from({ length: steps }, () => {
        expert.act(out);
        if (world.step(out).kind === 'last') world.reset(5);
        return [...out];
      });
    env.reset(1);
    drive(one, env, 40);
    copy.reset(2);
    copy.loadState(env.saveState());
    other.memory!.load(structuredClone(one.memory!.save()));
    expect(drive(other, copy, 40)).toEqual(drive(one, env, 40));
    env.close();
    copy.close();
  });
});
