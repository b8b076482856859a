/**
 * A synthetic operator: watches the policy, takes over with an expert's actions when its rule says
 * so, and hands back after a safe stretch. Rules (override research, §c12):
 * - `density`: the policy's action is improbable under a Gaussian around the expert's action
 *   (EGPO, PVP4Real: below 0.05). The density is taken relative to its peak, so it never exceeds 1;
 * - `predicted-failure`: a rollout in a copy of the environment (the policy for `holdSeconds`, then the
 *   expert for `recoverySeconds`) incurs cost, ends badly, or earns much less than the expert would
 *   from the same state (PPL's rule, with a real rollout in place of a bicycle model);
 * - `late-noisy`: predicted failure, `delaySeconds` late, and `wrongShare` of takeovers unneeded.
 */
import { type Config, choice, config, field, number, parseConfig } from '../../sim/config.ts';
import type { Environment, EnvState, Expert, TimeStep } from '../../sim/contract.ts';
import { memories, memoryOf, streamOf } from '../../sim/memory.ts';
import type { Random } from '../../sim/random.ts';
import type { OverrideTeacher } from './contract.ts';

export const TAKEOVER_RULES = ['density', 'predicted-failure', 'late-noisy'] as const;
export type TakeoverRule = (typeof TAKEOVER_RULES)[number];

const seconds = number(0, 60);

export const overrideTeacherSchema = config({
  rule: field(choice(TAKEOVER_RULES), 'predicted-failure', 'When it takes over.'),
  densityThreshold: field(number(0, 1), 0.05, 'density: take over below this.'),
  densityStd: field(
    number(1e-6, 100),
    0.3,
    'density: standard deviation around the expert’s action, in shares of half the action range.',
  ),
  holdSeconds: field(
    seconds,
    0.5,
    'The rollout follows the policy for this long before the expert rescues it, s.',
  ),
  recoverySeconds: field(seconds, 1, 'Rescue that must go well, s.'),
  shortfall: field(
    number(0, Number.POSITIVE_INFINITY),
    0.3,
    'Take over when the rollout’s return is below the expert’s by this share of its size; Infinity: never.',
  ),
  delaySeconds: field(seconds, 0.3, 'late-noisy: reaction time from the need to the takeover, s.'),
  wrongShare: field(
    number(0, 0.99),
    0.05,
    'late-noisy: share of takeovers that nothing called for.',
  ),
  minSeconds: field(seconds, 2, 'Shortest takeover, s.'),
  safeSeconds: field(seconds, 1, 'Hand back after the policy was judged safe for this long, s.'),
  actionNoise: field(
    number(0, 10),
    0,
    'Standard deviation of noise on the expert’s action, in shares of half the action range.',
  ),
  badShare: field(
    number(0, 1),
    0,
    'Share of takeovers that are bad: one action, drawn at random, is held instead of the expert’s.',
  ),
});
export type OverrideTeacherConfig = Config<typeof overrideTeacherSchema>;

/** Operators who are not perfect, by name: what each changes of the above. */
export const operatorCharacters = {
  late: { rule: 'late-noisy', delaySeconds: 0.5, wrongShare: 0 },
  noisy: { actionNoise: 0.1 },
  'bad-15': { badShare: 0.15 },
  'bad-30': { badShare: 0.3 },
  /** Corrects for a moment and lets go. */
  spot: { minSeconds: 0.2, safeSeconds: 0.1 },
} as const satisfies Readonly<Record<string, Partial<OverrideTeacherConfig>>>;
export type OperatorCharacter = keyof typeof operatorCharacters;

export interface OverrideTeacherOptions extends Partial<OverrideTeacherConfig> {
  /** What the policy does after its current action; absent: that action is held. */
  readonly predict?: (observation: Float32Array, out: Float32Array) => void;
  /** Another instance to look ahead in; absent: the environment itself, saved and restored. */
  readonly copy?: { readonly env: Environment; readonly expert: Expert };
}

export interface SyntheticOperator extends OverrideTeacher {
  /** Steps acted by the teacher and takeovers begun since creation; `unneeded` ones among them. */
  readonly stats: { steps: number; takeovers: number; unneeded: number };
}

/** @throws RangeError naming field, value and allowed range. */
export function createOverrideTeacher(
  env: Environment,
  expert: Expert,
  options: OverrideTeacherOptions,
  random: Random,
): SyntheticOperator {
  const { predict: _predict, copy: _copy, ...changes } = options;
  const config = parseConfig('teacher', overrideTeacherSchema, changes);
  const judge = createJudge(env, expert, config, options);
  const steps = (seconds: number) => Math.max(1, Math.round(seconds / env.controlDt));
  const late = config.rule === 'late-noisy';
  const delay = late ? Math.round(config.delaySeconds / env.controlDt) : 0;
  const minSteps = steps(config.minSeconds);
  const safeSteps = steps(config.safeSeconds);
  const stats = { steps: 0, takeovers: 0, unneeded: 0 };
  const { low, high, size } = env.actionSpace;
  const now = {
    inControl: false,
    held: 0,
    safe: 0,
    /** Steps since the need arose; -1: no need. */
    waiting: -1,
    /** Unneeded takeovers that are due, and steps until the next of them; -1: not planned yet. */
    whims: 0,
    whim: -1,
    /** The action of a bad takeover; empty: it is a good one. */
    bad: [] as number[],
  };

  function drawBad(): number[] {
    const { badShare } = config;
    if (badShare === 0 || random.next() >= badShare) return [];
    return Array.from({ length: size }, (_, i) => random.uniform(low[i]!, high[i]!));
  }

  function addNoise(out: Float32Array): void {
    for (let i = 0; i < size; i++) {
      const lo = low[i]!;
      const hi = high[i]!;
      const noisy = out[i]! + config.actionNoise * 0.5 * (hi - lo) * random.normal();
      out[i] = Math.min(hi, Math.max(lo, noisy));
    }
  }

  function begin(needed: boolean): void {
    now.inControl = true;
    now.held = 0;
    now.safe = 0;
    now.waiting = -1;
    now.bad = drawBad();
    stats.takeovers++;
    if (!needed) {
      stats.unneeded++;
      now.whims--;
      return;
    }
    // p/(1−p) unneeded takeovers per needed one make a share of p.
    const odds = config.wrongShare / (1 - config.wrongShare);
    if (late) now.whims += Math.floor(odds) + (random.next() < odds % 1 ? 1 : 0);
  }

  function decide(unsafe: boolean): void {
    if (now.inControl) {
      now.safe = unsafe ? 0 : now.safe + 1;
      if (now.held >= minSteps && now.safe >= safeSteps) now.inControl = false;
    }
    if (now.inControl) return;
    if (unsafe || now.waiting >= 0) now.waiting++;
    if (now.waiting >= delay) begin(true);
    else if (now.waiting < 0 && now.whims > 0) {
      if (now.whim < 0) now.whim = 1 + random.integer(20);
      if (--now.whim < 0) begin(false);
    }
  }

  return {
    kind: 'override',
    stats,
    memory: memories({
      now: memoryOf(now),
      stats: memoryOf(stats),
      random: streamOf(random),
      expert: expert.memory,
      rescuer: options.copy?.expert.memory,
    }),
    reset() {
      now.inControl = false;
      now.held = 0;
      now.safe = 0;
      now.waiting = -1; // a planned whim outlives the episode, or its share would come out too small
    },
    intervene(policyAction, out) {
      decide(judge(policyAction));
      if (!now.inControl) return false;
      now.held++;
      stats.steps++;
      expert.act(out);
      if (now.bad.length > 0) out.set(now.bad);
      if (config.actionNoise > 0) addNoise(out);
      return true;
    },
  };
}

/** True when the policy's action at the environment's current state is judged unsafe. */
function createJudge(
  env: Environment,
  expert: Expert,
  config: OverrideTeacherConfig,
  options: OverrideTeacherOptions,
): (policyAction: Float32Array) => boolean {
  switch (config.rule) {
    case 'density':
      return createDensityJudge(env, expert, config);
    case 'predicted-failure':
    case 'late-noisy':
      return createRolloutJudge(env, expert, config, options);
  }
}

function createDensityJudge(
  env: Environment,
  expert: Expert,
  config: OverrideTeacherConfig,
): (policyAction: Float32Array) => boolean {
  const { low, high, size } = env.actionSpace;
  const best = new Float32Array(size);
  return (policyAction) => {
    expert.act(best);
    let z2 = 0;
    for (let i = 0; i < size; i++) {
      const half = 0.5 * (high[i]! - low[i]!);
      z2 += ((policyAction[i]! - best[i]!) / (half * config.densityStd)) ** 2;
    }
    return Math.exp(-0.5 * z2) < config.densityThreshold;
  };
}

function createRolloutJudge(
  env: Environment,
  expert: Expert,
  config: OverrideTeacherConfig,
  options: OverrideTeacherOptions,
): (policyAction: Float32Array) => boolean {
  const world = options.copy?.env ?? env;
  const rescuer = options.copy?.expert ?? expert;
  const hold = Math.max(1, Math.round(config.holdSeconds / env.controlDt));
  const total = hold + Math.round(config.recoverySeconds / env.controlDt);
  const action = new Float32Array(env.actionSpace.size);
  let state: EnvState | undefined;

  /** Return of `total` steps, the first `held` by the policy; undefined for a failure. */
  function rollout(policyAction: Float32Array, held: number): number | undefined {
    let ts: TimeStep = world.loadState(state!);
    let sum = 0;
    for (let t = 0; t < total; t++) {
      if (t >= held) rescuer.act(action);
      else if (t === 0 || !options.predict) action.set(policyAction);
      else options.predict(ts.observation, action);
      ts = world.step(action);
      sum += ts.reward;
      if (ts.info.cost > 0) return undefined;
      if (ts.kind === 'last') return ts.discount === 0 && !ts.info.success ? undefined : sum;
    }
    return sum;
  }

  return (policyAction) => {
    state = env.saveState(state);
    const own = rollout(policyAction, hold);
    let unsafe = own === undefined;
    if (own !== undefined && config.shortfall < Number.POSITIVE_INFINITY) {
      const best = rollout(policyAction, 0);
      unsafe = best !== undefined && best - own > config.shortfall * Math.abs(best);
    }
    if (world === env) env.loadState(state);
    return unsafe;
  };
}
