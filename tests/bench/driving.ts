/**
 * How fast driving steps and how well its planner drives:
 * `node --import tsx tests/bench/driving.ts speed [variant] [seconds] [key=value …]`
 * `node --import tsx tests/bench/driving.ts expert [variant] [episodes] [first seed] [key=value …]`
 */
import { drivingEnvironments } from '../../sim/driving/index.ts';

const [mode = 'speed', id = 'driving', count, first, ...rest] = process.argv.slice(2);
const given = [first, ...rest].filter((a): a is string => a?.includes('=') === true);
const options = Object.fromEntries(given.map((pair) => pair.split('=') as [string, string]));
const factory = drivingEnvironments.find((f) => f.id === id);
if (!factory?.createExpert) throw new RangeError(`variant: is ${id}`);
const env = await factory.create(options);
const expert = factory.createExpert(env);
const action = new Float32Array(env.actionSpace.size);

if (mode === 'speed') speed(Number(count ?? 5));
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
  run(seconds);
  const perSecond = steps / ((performance.now() - begin) / 1000);
  const state = env.saveState();
  const repeat = 20000;
  const t = performance.now();
  for (let i = 0; i < repeat; i++) env.loadState(env.saveState(state));
  const micros = ((performance.now() - t) * 1000) / repeat;
  console.log(
    JSON.stringify({
      stepsPerSecond: Math.round(perSecond),
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
