/**
 * A small environment with a known optimum for learning tests: a point on the plane, pushed by
 * velocity commands, that should reach the origin and stay there. Exact, seeded, saveable.
 */

import type { EnvironmentSpec, Episode } from '../../agent/contract.ts';
import { createEpisodeRecorder } from '../../agent/episode/recorder.ts';
import { createObservationRows } from '../../agent/replay/observation-rows.ts';
import { config } from '../../sim/config.ts';
import type { Environment, EnvironmentFactory, Expert } from '../../sim/contract.ts';
import { createRandom, RANDOM_STATE_SIZE } from '../../sim/random.ts';
import { box, clipInto } from '../../sim/spaces.ts';
import {
  createTimeStep,
  restart,
  termination,
  transition,
  truncation,
} from '../../sim/time-step.ts';

export const POINT_HORIZON = 50;
const DT = 0.1;
const SPEED = 2; // m/s at full command
const NEAR = 0.1; // m that counts as there
const FAR = 3; // m: out of the world

/** Reward −distance per step; cost 1 and termination beyond `FAR`; success within `NEAR`. */
export function createPointWorld(): Environment {
  const observationSpace = box(-Infinity, Infinity, { names: ['x', 'y'] });
  const actionSpace = box(-1, 1, { names: ['vx', 'vy'] });
  const random = createRandom(0);
  const ts = createTimeStep(observationSpace, ['distance'], ['distance']);
  const action = new Float32Array(2);
  let x = 0;
  let y = 0;

  function observe(): void {
    ts.observation[0] = x;
    ts.observation[1] = y;
    const distance = Math.hypot(x, y);
    ts.info.metrics.distance = distance;
    ts.info.success = distance < NEAR;
    ts.info.cost = distance > FAR ? 1 : 0;
  }

  return {
    id: 'point-world',
    observationSpace,
    actionSpace,
    scene: {
      title: 'Point',
      bodies: [{ id: 'point', role: 'ego', geoms: [] }],
      statics: [],
      meshes: {},
      textures: {},
      cameras: [],
      light: 'studio',
      agentBody: 'point',
      bounds: { min: [-3, -3, 0], max: [3, 3, 1] },
    },
    controlDt: DT,
    endReasons: [{ id: 'horizon', label: 'the time limit', severity: 'neutral' }],
    reset(seed) {
      random.reseed(seed);
      const angle = random.uniform(0, 2 * Math.PI);
      const radius = random.uniform(1, 2);
      x = radius * Math.cos(angle);
      y = radius * Math.sin(angle);
      restart(ts);
      observe();
      ts.info.cost = 0;
      return ts;
    },
    step(raw) {
      if (ts.kind === 'last') throw new Error('step: the episode is over, call reset');
      clipInto(actionSpace, raw, action);
      x += action[0]! * SPEED * DT + 0.01 * random.normal();
      y += action[1]! * SPEED * DT + 0.01 * random.normal();
      observe();
      const reward = -Math.hypot(x, y);
      ts.info.rewardTerms.distance = reward;
      if (ts.info.cost > 0) return termination(ts, reward, DT);
      return ts.step + 1 >= POINT_HORIZON ? truncation(ts, reward, DT) : transition(ts, reward, DT);
    },
    writePoses(out) {
      out.set([x, y, 0, 1, 0, 0, 0]);
    },
    saveState(out) {
      const state = out?.length === 9 ? out : new Float64Array(9);
      state.set([x, y, ts.step, ts.reward, kindCode(ts.kind)]);
      random.save(state, 9 - RANDOM_STATE_SIZE);
      return state;
    },
    loadState(state) {
      x = state[0]!;
      y = state[1]!;
      ts.step = state[2]!;
      ts.time = ts.step * DT;
      ts.reward = state[3]!;
      ts.kind = (['first', 'mid', 'last'] as const)[state[4]!]!;
      random.load(state, 9 - RANDOM_STATE_SIZE);
      observe();
      ts.discount = ts.info.cost > 0 ? 0 : 1;
      return ts;
    },
    writeAgentPosition(out) {
      out.set([x, y, 0]);
    },
    close() {},
  };
}

function kindCode(kind: 'first' | 'mid' | 'last'): number {
  return kind === 'first' ? 0 : kind === 'mid' ? 1 : 2;
}

/** Heads for the origin, slower when near: the optimum up to noise. */
export function createPointExpert(env: Environment): Expert {
  const position = new Float32Array(3);
  return {
    act(out) {
      env.writeAgentPosition(position);
      for (let i = 0; i < 2; i++) out[i] = Math.min(1, Math.max(-1, -position[i]! / (SPEED * DT)));
    },
  };
}

export const pointWorld: Pick<EnvironmentFactory, 'id' | 'options' | 'create' | 'createExpert'> = {
  id: 'point-world',
  options: config({}),
  create: async () => createPointWorld(),
  createExpert: createPointExpert,
};

export function pointSpec(): EnvironmentSpec {
  const env = createPointWorld();
  return {
    environmentId: env.id,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    controlDt: env.controlDt,
  };
}

/** Episodes of a wanderer that mixes the expert's action with random ones, by a different share each. */
export function recordPointEpisodes(count: number, seed: number, prefix = 'e'): Episode[] {
  const env = createPointWorld();
  const expert = createPointExpert(env);
  const random = createRandom(seed, 1);
  const action = new Float32Array(2);
  return Array.from({ length: count }, (_, i) => {
    const recorder = createEpisodeRecorder({
      runId: 'r',
      environmentId: env.id,
      configHash: 'point',
      observationSize: 2,
      actionSize: 2,
      bodies: 1,
    });
    let ts = env.reset(seed * 1000 + i);
    recorder.begin(`${prefix}${i}`, seed * 1000 + i, 0, env, ts);
    const skill = random.next();
    while (ts.kind !== 'last') {
      expert.act(action);
      for (let j = 0; j < 2; j++)
        action[j] = skill * action[j]! + (1 - skill) * random.uniform(-1, 1);
      ts = env.step(action);
      recorder.step(env, ts, action, action, 'policy', 0);
    }
    recorder.end(ts.discount === 0 ? 'terminated' : 'truncated');
    return recorder.episode();
  });
}

/** (n, d), as the replay buffer of a trainer's checkpoint has them. */
export function observationsIn(
  arrays: Readonly<Record<string, Float32Array>>,
  n: number,
): Float32Array {
  const { size: d, high } = pointSpec().observationSpace;
  const held = createObservationRows(high);
  const own = Object.entries(arrays).map(([name, a]) => [name.replace(/^learner\//, ''), a]);
  held.load(Object.fromEntries(own), n);
  const plain = new Float32Array(n * d);
  for (let slot = 0; slot < n; slot++) held.read(slot, plain, slot);
  return plain;
}
