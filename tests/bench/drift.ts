/**
 * How often drift of behaviour alarms where nothing moved, how soon it does where something did, and what it costs:
 * `node --import tsx tests/bench/drift.ts [environment] [runs] [episodes]`. Finished policies; each run has seeds of its own.
 */
import type { Episode } from '../../agent/contract.ts';
import { wilson } from '../../agent/quality/certify.ts';
import {
  createDriftWatch,
  DRIFT_REFERENCE,
  type DriftWatch,
} from '../../agent/quality/drift-watch.ts';
import { resolvePolicy } from '../../experiments/policies.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import { getEnvironment } from '../../sim/registry.ts';

/** What moves: options of the environment, a sensor that tells less, or actuators that do. */
interface Move {
  readonly name: string;
  readonly options?: EnvironmentOptions;
  readonly sensor?: number;
  readonly actuator?: number;
}

const CASES: Readonly<Record<string, { policy: string; moves: readonly Move[] }>> = {
  'fetch-reach': {
    policy: 'expert',
    moves: [
      { name: 'all sensors × 0.8', sensor: 0.8 },
      { name: 'actuators × 0.5', actuator: 0.5 },
    ],
  },
  driving: {
    policy: 'expert',
    moves: [
      { name: 'a fifth of the lidar’s rays see nothing', options: { dropout: 0.2 } },
      { name: 'range of the lidar 50 to 35 m', options: { range: 35 } },
      { name: 'traffic five times as dense', options: { density: 0.3 } },
      { name: 'all sensors × 0.8', sensor: 0.8 },
      { name: 'another car', options: { vehicle: 'xl' } },
      { name: 'actuators × 0.5', actuator: 0.5 },
    ],
  },
};
/** Steps of an episode, at most. */
const LONGEST = 400;

const [first = 'fetch-reach', ...rest] = process.argv.slice(2);
await measure(first, Number(rest[0] ?? 40), Number(rest[1] ?? 200));

async function measure(id: string, runs: number, episodes: number): Promise<void> {
  const known = CASES[id];
  if (!known) throw new RangeError(`environment: is ${id}, allowed ${Object.keys(CASES)}`);
  const still = await open(id, known.policy, {});
  const alarms: boolean[] = [];
  const most: number[] = [];
  const costs: number[] = [];
  for (let run = 0; run < runs; run++) {
    const watch = still.watch();
    let [highest, isAlarmed] = [0, false];
    for (let e = 0; e < episodes; e++) {
      const episode = still.episode(10_000 * (run + 1) + e);
      const before = performance.now();
      watch.add(episode);
      costs.push((1000 * (performance.now() - before)) / episode.length);
      for (const { ratio, isMoved } of watch.drift?.parts ?? []) {
        highest = Math.max(highest, ratio);
        isAlarmed ||= isMoved;
      }
    }
    alarms.push(isAlarmed);
    most.push(highest);
  }
  const k = alarms.filter(Boolean).length;
  const { low, high } = wilson(k, runs);
  const cost = costs.reduce((sum, each) => sum + each, 0) / costs.length;
  most.sort((a, b) => a - b);
  console.log(
    `${id}: ${k} of ${runs} runs of ${episodes} episodes alarm for nothing (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %); ` +
      `part of the limit at most: median ${most[runs >> 1]!.toFixed(2)}, greatest ${most.at(-1)!.toFixed(2)}; ${cost.toFixed(1)} µs a step`,
  );
  for (const move of known.moves) {
    const moved = await open(id, known.policy, move);
    const delays: number[] = [];
    const tries = Math.min(runs, 10);
    for (let run = 0; run < tries; run++) {
      const watch = still.watch();
      let alarm = false;
      for (let e = 0; e < DRIFT_REFERENCE + 16; e++)
        watch.add(still.episode(10_000 * (run + 1) + e));
      for (let e = 0; e < 40 && !alarm; e++) {
        watch.add(moved.episode(10_000 * (run + 1) + 5000 + e));
        alarm = watch.drift!.parts.some(({ isMoved }) => isMoved);
        if (alarm) delays.push(e + 1);
      }
    }
    delays.sort((a, b) => a - b);
    console.log(
      `${id}, ${move.name}: ${delays.length} of ${tries} runs alarm, after ${delays[delays.length >> 1] ?? '–'} episodes (median), ${delays.at(-1) ?? '–'} at most`,
    );
    moved.close();
  }
  still.close();
}

async function open(
  id: string,
  name: string,
  { options = {}, sensor = 1, actuator = 1 }: Omit<Move, 'name'>,
) {
  const factory = getEnvironment(id);
  const env = await factory.create(options);
  const policy = resolvePolicy(name, factory, env, 1);
  const d = env.observationSpace.size;
  const k = env.actionSpace.size;
  const action = new Float32Array(k);
  return {
    close: () => env.close(),
    watch: (): DriftWatch =>
      createDriftWatch({
        sizes: { observation: d, action: k },
        isLearning: false,
      }),
    episode(seed: number): Episode {
      const observations: number[] = [];
      const actions: number[] = [];
      let ts = env.reset(seed);
      while (ts.kind !== 'last' && actions.length < LONGEST * k) {
        for (let i = 0; i < d; i++) ts.observation[i]! *= sensor;
        policy.act(ts, action);
        observations.push(...ts.observation);
        actions.push(...action);
        ts = env.step(action.map((a) => a * actuator));
      }
      const length = actions.length / k;
      return {
        ...{ id: `e${seed}`, startedAt: seed, end: 'truncated', length },
        ...{ observationSize: d, actionSize: k, sources: new Uint8Array(length) },
        observations: Float32Array.from(observations),
        actions: Float32Array.from(actions),
      } as unknown as Episode;
    },
  };
}
