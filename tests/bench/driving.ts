/**
 * How fast driving steps and how well its planner drives:
 * `node --import tsx tests/bench/driving.ts speed [variant] [seconds] [key=value …]`
 * `node --import tsx tests/bench/driving.ts expert [variant] [episodes] [first seed] [key=value …]`
 * `node --import tsx tests/bench/driving.ts many [variant] [environments] [key=value …]`: in one thread
 * `node --max-semi-space-size=512 --import tsx tests/bench/driving.ts heap [variant] [steps] [key=value …]`
 * `node --import tsx tests/bench/driving.ts trace [variant] [episodes] [key=value …]`: hash of all that happens
 * `node --import tsx tests/bench/driving.ts maps driving [maps]`: milliseconds to generate one
 */
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Environment } from '../../sim/contract.ts';
import { drivingEnvironments } from '../../sim/driving/index.ts';
import { generateMap } from '../../sim/driving/map/generate.ts';
import { createRandom } from '../../sim/random.ts';

const [mode = 'speed', id = 'driving', count, first, ...rest] = process.argv.slice(2);
const given = [first, ...rest].filter((a): a is string => a?.includes('=') === true);
const options = Object.fromEntries(given.map((pair) => pair.split('=') as [string, string]));
const factory = drivingEnvironments.find((f) => f.id === id);
if (!factory?.createExpert) throw new RangeError(`variant: is ${id}`);
const env = await factory.create(options);
const expert = factory.createExpert(env);
const action = new Float32Array(env.actionSpace.size);

if (mode === 'speed') speed(Number(count ?? 5));
else if (mode === 'many') await many(Number(count ?? 64));
else if (mode === 'heap') heap(Number(count ?? 100_000));
else if (mode === 'trace') trace(Number(count ?? 20));
else if (mode === 'maps') maps(Number(count ?? 500));
else drive(Number(count ?? 50), first && !first.includes('=') ? Number(first) : 1000);

/** Scripted actions that keep the car on the road for a while; the expert would be part of the time. */
function speed(seconds: number): void {
  let steps = 0;
  let episode = 0;
  const actions = record(20);
  const run = (until: number) => {
    const end = performance.now() + until * 1000;
    while (performance.now() < end) {
      const { seed, list } = actions[episode++ % actions.length]!;
      env.reset(seed);
      for (const a of list) env.step(a);
      steps += list.length;
    }
  };
  run(1);
  steps = 0;
  const begin = performance.now();
  const processor = process.cpuUsage();
  run(seconds);
  const perSecond = steps / ((performance.now() - begin) / 1000);
  const used = process.cpuUsage(processor);
  const perProcessorSecond = steps / ((used.user + used.system) / 1e6);
  const state = env.saveState();
  const repeat = 20000;
  const t = performance.now();
  for (let i = 0; i < repeat; i++) env.loadState(env.saveState(state));
  const micros = ((performance.now() - t) * 1000) / repeat;
  console.log(
    JSON.stringify({
      stepsPerSecond: Math.round(perSecond),
      stepsPerProcessorSecond: Math.round(perProcessorSecond),
      saveRestoreMicros: +micros.toFixed(1),
    }),
  );
}

function record(episodes: number) {
  return Array.from({ length: episodes }, (_, i) => {
    const seed = 100 + i;
    const list: Float32Array[] = [];
    let ts = env.reset(seed);
    while (ts.kind !== 'last') {
      expert!.act(action);
      list.push(action.slice());
      ts = env.step(action);
    }
    return { seed, list };
  });
}

function drive(episodes: number, start: number): void {
  const total = { success: 0, return: 0, cost: 0, completion: 0, score: 0, steps: 0 };
  for (let i = 0; i < episodes; i++) {
    let ts = env.reset(start + i);
    let sum = 0;
    let cost = 0;
    while (ts.kind !== 'last') {
      expert.act(action);
      ts = env.step(action);
      sum += ts.reward;
      cost += ts.info.cost;
    }
    const m = ts.info.metrics;
    total.success += ts.info.success ? 1 : 0;
    total.return += sum;
    total.cost += cost;
    total.completion += m['routeCompletion'] ?? 0;
    total.score += m['drivingScore'] ?? 0;
    total.steps += ts.step;
    if (!ts.info.success || cost > 0) {
      console.log(
        `${start + i} ${env.scene.title} ${ts.info.endReason} step ${ts.step} cost ${cost} completion ${m['routeCompletion']?.toFixed(2)}`,
      );
    }
  }
  const mean = Object.entries(total).map(([k, v]) => [k, +(v / episodes).toFixed(3)]);
  console.log(JSON.stringify(Object.fromEntries(mean)));
}

/**
 * Steps per second of processor time of `n` environments stepped in turn and of one alone, on the same
 * recorded episodes; measured in alternating slices, because other work disturbs both alike.
 */
async function many(n: number): Promise<void> {
  const actions = record(20);
  const places = (envs: readonly Environment[]) =>
    envs.map((e, i) => {
      const episode = actions[i % actions.length]!;
      e.reset(episode.seed);
      return { env: e, episode: i, step: 0, list: episode.list };
    });
  const turn = (at: ReturnType<typeof places>) => {
    for (const place of at) {
      if (place.step === place.list.length) {
        const episode = actions[++place.episode % actions.length]!;
        place.list = episode.list;
        place.step = 0;
        place.env.reset(episode.seed);
      }
      place.env.step(place.list[place.step++]!);
    }
  };
  const slice = (at: ReturnType<typeof places>, steps: number) => {
    const begin = process.cpuUsage();
    for (let done = 0; done < steps; done += at.length) turn(at);
    const used = process.cpuUsage(begin);
    return (used.user + used.system) / 1e6;
  };
  const create = () => factory!.create(options);
  const envs = await Promise.all(Array.from({ length: n }, create));
  const one = places([await create()]);
  const all = places(envs);
  slice(one, 20_000);
  slice(all, 20_000);
  const total = { one: 0, all: 0 };
  const steps = 6400;
  const rounds = 20;
  for (let i = 0; i < rounds; i++) {
    total.one += slice(one, steps);
    total.all += slice(all, steps);
  }
  const rate = (seconds: number) => Math.round((rounds * steps) / seconds);
  const result = { environments: n, one: rate(total.one), all: rate(total.all) };
  const efficiency = +(total.one / total.all).toFixed(3);
  console.log(JSON.stringify({ ...result, efficiency }));
}

/**
 * Bytes per step, episodes' starts left out. `garbage`: growth of the heap while nothing is collected,
 * which takes a young generation large enough for an episode (numbers boxed by the engine, mostly);
 * `kept`: growth of the heap after collection over all steps, which is what a leak would be.
 */
function heap(steps: number): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const actions = record(20);
  let [left, garbage, counted, base, since] = [steps, 0, 0, 0, 0];
  for (let round = 0; left > 0; round++) {
    const { seed, list } = actions[round % actions.length]!;
    env.reset(seed);
    const before = process.memoryUsage().heapUsed;
    for (const a of list) env.step(a);
    const grown = process.memoryUsage().heapUsed - before;
    if (round === 2 * actions.length) {
      collect(); // warm
      base = process.memoryUsage().heapUsed;
    }
    if (round <= 2 * actions.length) continue;
    left -= list.length;
    since += list.length;
    if (grown < 0) continue; // a collection in between
    garbage += grown;
    counted += list.length;
  }
  collect();
  const kept = (process.memoryUsage().heapUsed - base) / since;
  const result = { steps: since, garbage: Math.round(garbage / counted), kept: +kept.toFixed(2) };
  console.log(JSON.stringify(result));
}

/** One hash over all that is observed and told: the same before and after a change that is to change nothing. */
function trace(episodes: number): void {
  const hash = createHash('sha256');
  const random = createRandom(1);
  let steps = 0;
  for (let i = 0; i < episodes; i++) {
    let ts = env.reset(100 + i);
    while (ts.kind !== 'last') {
      expert!.act(action);
      // Every other episode strays: crashes and ends off the road are part of it.
      if (i % 2 === 1) action[0] = action[0]! + 0.3 * random.normal();
      ts = env.step(action);
      hash.update(new Uint8Array(ts.observation.buffer));
      hash.update(JSON.stringify([ts.kind, ts.reward, ts.discount, ts.info]));
      steps++;
    }
  }
  console.log(JSON.stringify({ steps, sha256: hash.digest('hex') }));
}

function maps(n: number): void {
  const options = { blocks: 3, lanes: 3, laneWidth: 3.5 };
  for (let i = 0; i < 100; i++) generateMap(1_000_000 + i, options);
  const times = Array.from({ length: n }, (_, i) => {
    const begin = performance.now();
    generateMap(i, options);
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  const at = (share: number) => +times[Math.floor(share * (n - 1))]!.toFixed(2);
  console.log(JSON.stringify({ maps: n, medianMs: at(0.5), p95Ms: at(0.95), worstMs: at(1) }));
}
