/**
 * What overlays show of an episode that is over: contacts, joints and rays are not recorded, but an environment that
 * plays it again has the same ones, because it is deterministic. What goes another way is not shown.
 */
import type { Episode } from '../../agent/contract.ts';
import type { Environment, EnvState, TimeStep } from '../../sim/contract.ts';
import { CONTACT_SIZE, JOINT_SIZE } from '../protocol/index.ts';
import { MOST_CONTACTS, MOST_JOINTS, MOST_RAYS } from './overlays.ts';

/** Rows of an episode and what leads to them. */
export interface Stretch {
  readonly seed: number;
  /** Where it is played from; absent: the reset of the seed. */
  readonly state?: EnvState;
  /** Rows asked for, and steps before the first of them. */
  readonly rows: number;
  readonly skip: number;
  /** (skip + rows - 1, k) */
  readonly actions: Float32Array;
  /** (skip + rows, d): as recorded; what is observed now has to be the same, bit by bit. */
  readonly observations: Float32Array;
}

/** Per row, as `Environment` writes them; empty where there are none. */
export interface Sensed {
  readonly contacts: readonly Float32Array[];
  readonly joints: readonly Float32Array[];
  readonly rays: readonly Float32Array[];
}

/** Rows [from, to) of an episode of `length + 1` rows; undefined: it is a branch that keeps no state before them. */
export function stretchOf(episode: Episode, from: number, to: number): Stretch | undefined {
  const { seed, states, branchOf, actions, observations } = episode;
  const { actionSize: k, observationSize: d } = episode;
  const saved = states.findLast(({ step }) => step <= from);
  if (!saved && branchOf) return undefined;
  const start = saved?.step ?? 0;
  return {
    seed,
    ...(saved ? { state: saved.state } : {}),
    rows: to - from,
    skip: from - start,
    actions: actions.slice(start * k, (to - 1) * k),
    observations: observations.slice(start * d, to * d),
  };
}

/** @returns undefined where the episode goes another way here */
export function senseAgain(env: Environment, stretch: Stretch): Sensed | undefined {
  const { seed, state, rows, skip, actions, observations } = stretch;
  const { actionSpace, observationSpace } = env;
  const k = actionSpace.size;
  const d = observationSpace.size;
  const read = createReader(env);
  const sensed = { contacts: [], joints: [], rays: [] };
  let ts: TimeStep = state ? env.loadState(state) : env.reset(seed);
  for (let row = 0; ; row++) {
    const seen = observations.subarray(row * d, (row + 1) * d);
    if (!seen.every((value, i) => Object.is(value, ts.observation[i]))) return undefined;
    if (row >= skip) read(sensed);
    if (row + 1 === skip + rows) return sensed;
    if (ts.kind === 'last') return undefined;
    ts = env.step(actions.subarray(row * k, (row + 1) * k));
  }
}

type Rows = { readonly [Name in keyof Sensed]: Float32Array[] };

/** Appends what the environment says now. */
function createReader(env: Environment): (to: Rows) => void {
  const contacts = new Float32Array(MOST_CONTACTS * CONTACT_SIZE);
  const joints = new Float32Array(MOST_JOINTS * JOINT_SIZE);
  const rays = new Float32Array(3 + 4 * MOST_RAYS);
  return (to) => {
    const c = env.writeContacts?.(contacts) ?? 0;
    const j = env.writeJoints?.(joints) ?? 0;
    const n = env.writeRays?.(rays) ?? 0;
    to.contacts.push(contacts.slice(0, c * CONTACT_SIZE));
    to.joints.push(joints.slice(0, j * JOINT_SIZE));
    to.rays.push(rays.slice(0, n > 0 ? 3 + 4 * n : 0));
  };
}
