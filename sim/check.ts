/**
 * The environment contract as code. `checkEnvironment` drives an environment through its promises and
 * throws at the first one it breaks; every environment, ours or a user's, must pass.
 */
import {
  type Environment,
  type EnvState,
  POSE_SIZE,
  type SceneDescription,
  type SkinDescription,
  type TimeStep,
} from './contract.ts';
import { createRandom, type Random } from './random.ts';
import { sampleInto } from './spaces.ts';

export interface CheckOptions {
  /** Seeds tried; default 1, 2, 1000. */
  readonly seeds?: readonly number[];
  /** Random steps per seed; default 60. */
  readonly steps?: number;
}

export interface CheckReport {
  readonly id: string;
  readonly steps: number;
  readonly episodesEnded: number;
  /** Numbers in a saved state and bodies in the pose stream (largest seen). */
  readonly stateSize: number;
  readonly bodies: number;
}

interface Run {
  readonly env: Environment;
  readonly action: Float32Array;
  steps: number;
  ended: number;
  stateSize: number;
  bodies: number;
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** A copy of everything in a time step, comparable by `same`. */
interface Snapshot {
  readonly numbers: Float64Array;
  readonly words: string;
}

/** @throws Error that starts with the environment's id and names the broken promise. */
export async function checkEnvironment(
  create: () => Promise<Environment>,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const { seeds = [1, 2, 1000], steps = 60 } = options;
  const env = await create();
  const other = await create();
  const action = new Float32Array(env.actionSpace.size);
  const run: Run = { env, action, steps: 0, ended: 0, stateSize: 0, bodies: 0 };
  try {
    checkSpaces(env);
    for (const seed of seeds) {
      checkEpisode(run, seed, steps);
      checkDeterminism(run, other, seed, steps);
      checkState(run, other, seed, steps);
      checkHold(run, seed);
    }
    checkBadInput(run);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${env.id}: ${reason}`, { cause: error });
  } finally {
    env.close();
    other.close();
  }
  const { ended, stateSize, bodies } = run;
  return { id: env.id, steps: run.steps, episodesEnded: ended, stateSize, bodies };
}

/** The hold action lies in the action space, and asking for it changes nothing. */
function checkHold({ env }: Run, seed: number): void {
  if (!env.writeHoldAction) return;
  const { low, high, size } = env.actionSpace;
  const hold = new Float32Array(size);
  env.reset(seed);
  const before = env.saveState();
  env.writeHoldAction(hold);
  for (let i = 0; i < size; i++)
    must(
      hold[i]! >= low[i]! && hold[i]! <= high[i]!,
      `holdAction[${i}] is ${hold[i]}, must be within ${low[i]} to ${high[i]}`,
    );
  must(
    env.saveState().every((value, i) => Object.is(value, before[i])),
    'writeHoldAction changes the state',
  );
}

function checkSpaces(env: Environment): void {
  must(env.id !== '', 'id is empty');
  must(env.controlDt > 0, `controlDt is ${env.controlDt}, must be > 0`);
  for (const [name, space] of [
    ['observationSpace', env.observationSpace],
    ['actionSpace', env.actionSpace],
  ] as const) {
    must(space.size > 0, `${name}.size is ${space.size}, must be > 0`);
    must(space.low.length === space.size, `${name}.low has ${space.low.length} numbers`);
    must(space.high.length === space.size, `${name}.high has ${space.high.length} numbers`);
    const names = space.names?.length ?? space.size;
    must(names === space.size, `${name}.names has ${names} names for ${space.size} numbers`);
    for (let i = 0; i < space.size; i++) {
      must(space.low[i]! < space.high[i]!, `${name}[${i}]: low is not below high`);
      const finite = Number.isFinite(space.low[i]!) && Number.isFinite(space.high[i]!);
      must(name === 'observationSpace' || finite, `actionSpace[${i}] is not bounded`);
    }
  }
}

/** Plays one random episode and checks every step. */
function checkEpisode(run: Run, seed: number, steps: number): void {
  const { env, action } = run;
  const random = createRandom(seed, 900);
  let ts = env.reset(seed);
  must(ts.kind === 'first', `reset gave kind "${ts.kind}", must be "first"`);
  must(ts.step === 0 && ts.time === 0, `reset gave step ${ts.step}, time ${ts.time}, must be 0`);
  must(ts.reward === 0 && ts.discount === 1, 'reset must give reward 0 and discount 1');
  checkStep(env, ts);
  checkScene(run);
  for (let i = 1; i <= steps && ts.kind !== 'last'; i++) {
    ts = env.step(sampleInto(env.actionSpace, random, action));
    run.steps++;
    must(ts.step === i, `step ${i} says it is step ${ts.step}`);
    must(Math.abs(ts.time - i * env.controlDt) < 1e-6, `step ${i} is at time ${ts.time} s`);
    must(ts.kind !== 'first', `step ${i} has kind "first"`);
    checkStep(env, ts);
  }
  checkPoses(run);
  if (ts.kind !== 'last') return;
  run.ended++;
  const { endReason } = ts.info;
  const known = env.endReasons.map((reason) => reason.id);
  must(known.includes(endReason), `endReason: is ${endReason}, allowed ${known.join(', ')}`);
  mustThrow(() => env.step(action), Error, 'step after the last one');
}

function checkStep(env: Environment, ts: TimeStep): void {
  const at = `step ${ts.step}`;
  const { low, high, size } = env.observationSpace;
  must(ts.observation.length === size, `${at}: ${ts.observation.length} observations, not ${size}`);
  for (let i = 0; i < size; i++) {
    const value = ts.observation[i]!;
    const name = env.observationSpace.names?.[i] ?? `[${i}]`;
    const inside = value >= low[i]! && value <= high[i]!;
    must(inside, `${at}: observation ${name} is ${value}, outside ${low[i]} to ${high[i]}`);
  }
  must(Number.isFinite(ts.reward), `${at}: reward is ${ts.reward}`);
  must(ts.discount === 0 || ts.discount === 1, `${at}: discount is ${ts.discount}, must be 0 or 1`);
  must(ts.discount === 1 || ts.kind === 'last', `${at}: discount 0 on a step that is not the last`);
  const { cost, rewardTerms, metrics, endReason } = ts.info;
  must(Number.isFinite(cost) && cost >= 0, `${at}: cost is ${cost}, must be >= 0`);
  must(ts.kind === 'last' || endReason === '', `${at}: endReason "${endReason}" before the last`);
  let sum = 0;
  for (const key in rewardTerms) sum += rewardTerms[key]!;
  const slack = 1e-6 * (1 + Math.abs(sum));
  must(Math.abs(sum - ts.reward) <= slack, `${at}: reward terms sum to ${sum}, not ${ts.reward}`);
  for (const key in metrics) {
    must(Number.isFinite(metrics[key]!), `${at}: metric ${key} is ${metrics[key]}`);
  }
}

function checkScene(run: Run): void {
  const { scene } = run.env;
  run.bodies = Math.max(run.bodies, scene.bodies.length);
  const ids = new Set<string>();
  for (const body of [...scene.bodies, ...scene.statics]) {
    must(!ids.has(body.id), `scene: two bodies are called "${body.id}"`);
    ids.add(body.id);
    for (const geom of body.geoms) {
      const needsMesh = geom.shape === 'mesh' || geom.shape === 'heightfield';
      const known = geom.mesh !== undefined && geom.mesh in scene.meshes;
      must(!needsMesh || known, `scene: body ${body.id} uses unknown mesh "${geom.mesh}"`);
    }
  }
  must(ids.has(scene.agentBody), `scene: agentBody "${scene.agentBody}" is no body`);
  must(scene.cameras.length > 0, 'scene: no camera');
  for (const skin of scene.skins ?? []) checkSkin(skin, scene);
  must(scene.sky === undefined || scene.sky in scene.textures, `scene: unknown sky "${scene.sky}"`);
  for (const { id, aim } of scene.cameras) {
    const known = aim?.body === undefined || ids.has(aim.body);
    must(known, `scene: camera ${id} aims at unknown body "${aim?.body}"`);
  }
  for (const camera of scene.cameras) {
    const known = camera.body === undefined || ids.has(camera.body);
    must(known, `scene: camera ${camera.id} follows unknown body "${camera.body}"`);
  }
}

/** Columns of one length, bodies and vertices that exist, weights that sum to one. */
function checkSkin(skin: SkinDescription, { bodies, textures }: SceneDescription): void {
  const { id, starts, weights, offsets, indices, texture } = skin;
  const count = weights.length;
  const columns = [starts.at(-1), skin.bodies.length, offsets.length / 3];
  must(
    columns.every((n) => n === count),
    `scene: skin ${id} has ${count} weights, ${columns} others`,
  );
  must(
    skin.bodies.every((b) => b <= bodies.length),
    `scene: skin ${id} hangs on unknown bodies`,
  );
  must(
    indices.every((v) => v < starts.length - 1),
    `scene: skin ${id} has faces of unknown vertices`,
  );
  must(texture === undefined || texture in textures, `scene: skin ${id}: unknown texture`);
  for (let v = 0; v + 1 < starts.length; v++) {
    const sum = weights.subarray(starts[v], starts[v + 1]).reduce((a, b) => a + b, 0);
    must(Math.abs(sum - 1) < 1e-3, `scene: skin ${id}: weights of vertex ${v} sum to ${sum}`);
  }
}

/** Poses are finite with unit (or all-zero) quaternions, and reading them changes nothing. */
function checkPoses(run: Run): void {
  const { env } = run;
  const { bodies } = env.scene;
  const poses = new Float32Array(bodies.length * POSE_SIZE).fill(Number.NaN);
  const before = env.saveState();
  env.writePoses(poses);
  const position = new Float32Array(3).fill(Number.NaN);
  env.writeAgentPosition(position);
  must(position.every(Number.isFinite), `writeAgentPosition wrote ${position}`);
  checkPicture(env);
  const same = sameNumbers(before, env.saveState());
  must(same, 'writePoses, writeAgentPosition or picture changed the state');
  for (let b = 0; b < bodies.length; b++) {
    const pose = poses.subarray(b * POSE_SIZE, (b + 1) * POSE_SIZE);
    must(pose.every(Number.isFinite), `pose of body ${bodies[b]!.id} is ${pose}`);
    const norm = Math.hypot(pose[3]!, pose[4]!, pose[5]!, pose[6]!);
    const fine = norm === 0 || Math.abs(norm - 1) < 1e-3;
    must(fine, `quaternion of body ${bodies[b]!.id} has length ${norm}, must be 1 (or 0: hidden)`);
  }
}

/** A scene with a picture has an environment that draws it, as a PNG, and the other way round. */
function checkPicture(env: Environment): void {
  const { picture, textures } = env.scene;
  const png = env.picture?.();
  must(
    (picture === undefined) === (png === undefined),
    'scene.picture and picture() need each other',
  );
  must(picture === undefined || picture in textures, `scene: unknown picture "${picture}"`);
  const starts = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => png?.[i] === byte);
  must(png === undefined || starts, 'picture() is no PNG');
}

/** The same seed and actions give bit-identical episodes, in the same and in another instance. */
function checkDeterminism(run: Run, other: Environment, seed: number, steps: number): void {
  const first = play(run, run.env, run.env.reset(seed), createRandom(seed, 901), steps);
  const again = play(run, run.env, run.env.reset(seed), createRandom(seed, 901), steps);
  compare(first, again, `seed ${seed} played twice`);
  const elsewhere = play(run, other, other.reset(seed), createRandom(seed, 901), steps);
  compare(first, elsewhere, `seed ${seed} played in another instance`);
}

/** A state restores exactly: here after other steps and another seed, and in another instance. */
function checkState(run: Run, other: Environment, seed: number, steps: number): void {
  const { env } = run;
  const half = Math.max(1, Math.floor(steps / 2));
  const random = createRandom(seed, 902);
  let ts = env.reset(seed);
  for (let i = 0; i < half && ts.kind !== 'last'; i++) {
    ts = env.step(sampleInto(env.actionSpace, random, run.action));
  }
  const state = env.saveState();
  run.stateSize = Math.max(run.stateSize, state.length);
  const reused = env.saveState(new Float64Array(state.length));
  must(sameNumbers(state, reused), 'saveState into a given array differs from a new one');
  const kept = state.slice();
  const saved = take(env, ts);
  const after = play(run, env, ts, createRandom(seed, 903), half);
  env.reset(seed + 1);
  restore(run, env, state, saved, after, seed, half, 'here, after another seed');
  restore(run, other, state, saved, after, seed, half, 'in another instance');
  must(sameNumbers(state, kept), 'a saved state changed after it was saved');
}

function restore(
  run: Run,
  env: Environment,
  state: EnvState,
  saved: Snapshot,
  after: readonly Snapshot[],
  seed: number,
  steps: number,
  where: string,
): void {
  const ts = env.loadState(state);
  compare([saved], [take(env, ts)], `loadState ${where}`);
  must(sameNumbers(state, env.saveState()), `loadState then saveState ${where} is not the same`);
  const again = play(run, env, ts, createRandom(seed, 903), steps);
  compare(after, again, `steps after loadState ${where}`);
}

function play(run: Run, env: Environment, from: TimeStep, random: Random, steps: number) {
  const seen = [take(env, from)];
  let ts = from;
  for (let i = 0; i < steps && ts.kind !== 'last'; i++) {
    ts = env.step(sampleInto(env.actionSpace, random, run.action));
    run.steps++;
    seen.push(take(env, ts));
  }
  return seen;
}

function take(env: Environment, ts: TimeStep): Snapshot {
  const { cost, success, rewardTerms, metrics, endReason } = ts.info;
  const poses = new Float32Array(env.scene.bodies.length * POSE_SIZE);
  env.writePoses(poses);
  return {
    numbers: Float64Array.of(
      ...[ts.step, ts.time, ts.reward, ts.discount, cost],
      ...Object.values(rewardTerms),
      ...Object.values(metrics),
      ...ts.observation,
      ...poses,
    ),
    words: `${ts.kind} ${success} ${endReason} ${env.picture?.() ?? ''}`,
  };
}

function compare(a: readonly Snapshot[], b: readonly Snapshot[], what: string): void {
  must(a.length === b.length, `${what}: ${a.length - 1} steps, then ${b.length - 1}`);
  for (let i = 0; i < a.length; i++) {
    const same = a[i]!.words === b[i]!.words && sameNumbers(a[i]!.numbers, b[i]!.numbers);
    must(same, `${what}: step ${i} differs`);
  }
}

/** Bit for bit, but 0 and −0 are the same. */
function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i]! + 0, b[i]! + 0)) return false;
  return true;
}

function checkBadInput(run: Run): void {
  const { env } = run;
  const { size, high } = env.actionSpace;
  env.reset(1);
  mustThrow(() => env.step(new Float32Array(size + 1)), RangeError, 'an action of wrong length');
  mustThrow(() => env.step(new Float32Array(size).fill(Number.NaN)), RangeError, 'a NaN action');
  mustThrow(() => env.loadState(new Float64Array(1)), RangeError, 'a state of wrong length');
  const top = take(env, env.step(Float32Array.from(high)));
  env.reset(1);
  const beyond = take(env, env.step(high.map((h) => h * 10 + 10)));
  compare([top], [beyond], 'an action beyond the space against one at its border');
}

function mustThrow(act: () => unknown, type: new () => Error, what: string): void {
  try {
    act();
  } catch (error) {
    must(error instanceof type, `${what} threw ${String(error)}, must throw ${type.name}`);
    return;
  }
  throw new Error(`${what} must throw ${type.name}`);
}
