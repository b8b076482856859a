/**
 * What the policy would do from here, in a copy of the environment: a path for the operator to see
 * and the risk along it: what happens in the copy, and what the risk head says of the rest. At most ten times a second of the wall clock and for a quarter of it.
 */
import type { Risk } from '../../agent/acting/risk.ts';
import type { Policy } from '../../agent/contract.ts';
import type { Environment, EnvState } from '../../sim/contract.ts';

/** Seconds ahead. */
const HORIZON = 2;
const MAX_POINTS = 40;
/** A danger ahead fades towards the present by this much per second. */
const FADE = 0.75;
/** Short of what does happen in the copy. */
const MOST_LEARNED = 0.99;
/** ms between two predictions on average, at least; a timer that is early by less still counts. */
const EVERY = 100;
const SLACK = 20;
/** Most of the thread's time that predictions take. */
const BUDGET = 0.25;

export interface PathPredictor {
  /**
   * Points (x, y, z each) over the next two seconds, the first of now, and risk in [0, 1] per point, 1 only where
   * cost occurs, and seconds until it does, two where it does not; undefined when it is too early for another. `clock` in ms; `learned`: by the risk head, if there is one.
   */
  predict(
    env: Environment,
    policy: Policy,
    clock: () => number,
    learned?: Risk,
  ): { points: Float32Array; risks: Float32Array; margin: number } | undefined;
}

export function createPathPredictor(copy: Environment): PathPredictor {
  const steps = Math.max(1, Math.round(HORIZON / copy.controlDt));
  /** Steps per point. */
  const stride = Math.ceil(steps / MAX_POINTS);
  const most = Math.ceil(steps / stride) + 1;
  const points = new Float32Array(3 * most);
  const risks = new Float32Array(most);
  const point = new Float32Array(3);
  const action = new Float32Array(copy.actionSpace.size);
  const fade = FADE ** (stride * copy.controlDt);
  let state: EnvState | undefined;
  let due = Number.NEGATIVE_INFINITY;

  return {
    predict(env, policy, clock, learned) {
      const start = clock();
      if (start < due - SLACK) return undefined;
      state = env.saveState(state);
      let ts = copy.loadState(state);
      let n = 1;
      let risk = 0;
      let margin = HORIZON;
      copy.writeAgentPosition(point);
      points.set(point, 0);
      risks[0] = 0;
      for (let t = 1; t <= steps && ts.kind !== 'last'; t++) {
        policy.act(ts.observation, action, 'mean');
        const isAtPoint = (t - 1) % stride === 0;
        if (learned && isAtPoint)
          risks[n - 1] = Math.max(
            risks[n - 1]!,
            Math.min(MOST_LEARNED, learned.at(ts.observation, action)),
          );
        ts = copy.step(action);
        const failed = ts.kind === 'last' && ts.discount === 0 && !ts.info.success;
        if (ts.info.cost > 0 || failed) {
          risk = 1;
          margin = Math.min(margin, t * copy.controlDt);
        }
        if (t % stride !== 0 && t !== steps && ts.kind !== 'last') continue;
        copy.writeAgentPosition(point);
        points.set(point, 3 * n);
        risks[n++] = risk;
        risk = 0;
      }
      for (let i = n - 2; i >= 0; i--) risks[i] = Math.max(risks[i]!, fade * risks[i + 1]!);
      const pause = Math.max(EVERY, (clock() - start) / BUDGET);
      due = Math.max(due + EVERY, start + pause - SLACK);
      return { points: points.slice(0, 3 * n), risks: risks.slice(0, n), margin };
    },
  };
}
