/**
 * Speed and memory of the robotics environments, in one process:
 *   npx tsx tests/sim/robotics/bench.ts speed [env] [seconds]
 *   npx tsx tests/sim/robotics/bench.ts memory [cycles] [steps]
 * `speed` alternates slices of environment steps and of bare engine steps with the same model, frame
 * skip and controls, so that a busy machine slows both alike. Prints JSON.
 */
import { createRandom } from '../../../sim/random.ts';
import { roboticsOf } from '../../../sim/robotics/engine/environment.ts';
import { createPhysics } from '../../../sim/robotics/engine/mujoco.ts';
import { roboticsEnvironments } from '../../../sim/robotics/index.ts';
import { locomotionTasks } from '../../../sim/robotics/tasks/locomotion.ts';
import { sampleInto } from '../../../sim/spaces.ts';

const [mode = 'speed', first, second] = process.argv.slice(2);
const factory = (id: string) => roboticsEnvironments.find((f) => f.id === id)!;
const RESET_EVERY = 200;

async function speed(id: string, seconds: number) {
  const entry = locomotionTasks.find((t) => t.id === id);
  if (!entry)
    throw new RangeError(`env: is "${id}", allowed ${locomotionTasks.map((t) => t.id).join(', ')}`);
  const begun = performance.now();
  const env = roboticsOf(await factory(id).create());
  const start = performance.now() - begun;
  const { model: xml, frameSkip } = entry.task({});
  const bare = await createPhysics(xml);
  const actions = Array.from({ length: RESET_EVERY }, () => new Float32Array(env.actionSpace.size));
  const random = createRandom(1);
  for (const action of actions) sampleInto(env.actionSpace, random, action);
  /** Of each pair of slices: its median is little disturbed by other work on the machine. */
  const ratios: number[] = [];
  const spent = { env: 0, bare: 0 };
  let [steps, bareSteps] = [0, 0];
  for (let seed = 0; spent.env + spent.bare < seconds * 1000; seed++) {
    let from = performance.now();
    let ts = env.reset(seed);
    const initial = [env.physics.qpos.slice(), env.physics.qvel.slice()] as const;
    from = performance.now();
    let taken = 0;
    for (; taken < RESET_EVERY && ts.kind !== 'last'; taken++) ts = env.step(actions[taken]!);
    const envTime = performance.now() - from;
    spent.env += envTime;
    steps += taken;
    bare.reset();
    bare.qpos.set(initial[0]);
    bare.qvel.set(initial[1]);
    bare.forward();
    from = performance.now();
    for (let i = 0; i < taken; i++) {
      bare.ctrl.set(actions[i]!);
      bare.step(frameSkip);
    }
    const bareTime = performance.now() - from;
    spent.bare += bareTime;
    ratios.push(bareTime / envTime);
    bareSteps += taken;
  }
  const perSecond = (steps / spent.env) * 1000;
  const barePerSecond = (bareSteps / spent.bare) * 1000;
  return {
    env: id,
    stepsPerSecond: Math.round(perSecond),
    bareStepsPerSecond: Math.round(barePerSecond),
    ratio: Number((perSecond / barePerSecond).toFixed(4)),
    medianRatio: Number(ratios.sort((a, b) => a - b)[ratios.length >> 1]!.toFixed(4)),
    startMs: Math.round(start),
  };
}

async function memory(cycles: number, steps: number) {
  const env = roboticsOf(await factory('half-cheetah').create());
  const action = new Float32Array(env.actionSpace.size);
  const random = createRandom(1);
  const measure = () => {
    globalThis.gc?.();
    env.physics.sync();
    const { rss, heapUsed } = process.memoryUsage();
    return { wasm: env.physics.heapBytes(), rss, heapUsed };
  };
  const cycle = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const other = await factory(i % 2 ? 'fetch-push' : 'humanoid').create();
      other.reset(i);
      other.step(new Float32Array(other.actionSpace.size));
      other.writeContacts?.(new Float32Array(60));
      other.close();
    }
  };
  const run = (count: number) => {
    let ts = env.reset(0);
    for (let i = 0; i < count; i++) {
      if (ts.kind === 'last') ts = env.reset(i);
      ts = env.step(sampleInto(env.actionSpace, random, action));
    }
  };
  await cycle(20);
  run(10_000);
  const before = measure();
  await cycle(cycles);
  const between = measure();
  run(steps);
  return { cycles, steps, before, afterCycles: between, afterSteps: measure() };
}

const report =
  mode === 'memory'
    ? memory(Number(first ?? 1000), Number(second ?? 1_000_000))
    : speed(first ?? 'half-cheetah', Number(second ?? 6));
report.then((result) => process.stdout.write(`${JSON.stringify(result)}\n`));
