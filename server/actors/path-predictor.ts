/**
 * What the policy would do from here, in a copy of the environment: a path for the operator to see
 * and the risk along it. Spends at most a quarter of a control step.
 */
import type { Policy } from '../../agent/contract.ts';
import type { Environment, EnvState } from '../../sim/contract.ts';

/** Seconds ahead. */
const HORIZON = 2;
const MAX_POINTS = 40;
/** A danger ahead fades towards the present by this much per second. */
const FADE = 0.75;
const BUDGET = 0.25;

export interface PathPredictor {
  /** Points (x, y, z each) and risk per point, or undefined when this step must do without. */
  predict(
    env: Environment,
    policy: Policy,
    clock: () => number,
  ): { points: Float32Array; risks: Float32Array } | undefined;
}

export function createPathPredictor(copy: Environment): PathPredictor {
  const steps = Math.min(MAX_POINTS, Math.round(HORIZON / copy.controlDt));
  const points = new Float32Array(3 * (steps + 1));
  const risks = new Float32Array(steps + 1);
  const point = new Float32Array(3);
  const action = new Float32Array(copy.actionSpace.size);
  const fade = FADE ** copy.controlDt;
  let state: EnvState | undefined;
  /** Control steps to wait after a prediction that took long. */
  let rest = 0;

  return {
    predict(env, policy, clock) {
      if (rest > 0) {
        rest--;
        return undefined;
      }
      const start = clock();
      state = env.saveState(state);
      let ts = copy.loadState(state);
      let n = 0;
      copy.writeAgentPosition(point);
      points.set(point, 0);
      risks[0] = 0;
      for (n = 1; n <= steps && ts.kind !== 'last'; n++) {
        policy.act(ts.observation, action, 'mean');
        ts = copy.step(action);
        copy.writeAgentPosition(point);
        points.set(point, 3 * n);
        const failed = ts.kind === 'last' && ts.discount === 0 && !ts.info.success;
        risks[n] = ts.info.cost > 0 || failed ? 1 : 0;
      }
      for (let i = n - 2; i >= 0; i--) risks[i] = Math.max(risks[i]!, fade * risks[i + 1]!);
      const spent = (clock() - start) / 1000;
      rest = Math.min(20, Math.floor(spent / (BUDGET * env.controlDt)));
      return { points: points.slice(0, 3 * n), risks: risks.slice(0, n) };
    },
  };
}
