/**
 * A teacher for learners that ask (ThriftyDAgger, AIM): takes over when the agent's gate asks, and
 * hands back when the gate allows it. Before there is a gate, `until` decides.
 */
import type { Expert } from '../../sim/contract.ts';
import { memories, memoryOf } from '../../sim/memory.ts';
import type { Gate } from '../acting/gate.ts';
import type { OverrideTeacher } from './contract.ts';

export interface GatedTeacherOptions {
  readonly expert: Expert;
  /** The environment's current observation, (d). */
  readonly observation: () => Float32Array;
  /** The agent's current gate; undefined while it has none. */
  readonly gate: () => Gate | undefined;
  /** Decides while there is no gate yet: human-gated first episodes, as both papers have. */
  readonly until: OverrideTeacher;
  /** Steps a takeover lasts at least. */
  readonly minSteps?: number;
}

export function createGatedTeacher(options: GatedTeacherOptions): OverrideTeacher {
  const { expert, observation, gate, until, minSteps = 5 } = options;
  /** Steps of the current takeover; 0: the agent drives. */
  const takeover = { steps: 0 };

  return {
    kind: 'override',
    memory: memories({ takeover: memoryOf(takeover), until: until.memory }),
    reset(seed) {
      takeover.steps = 0;
      until.reset(seed);
    },
    intervene(policyAction, out) {
      const asks = gate();
      if (!asks) return until.intervene(policyAction, out);
      const here = observation();
      if (takeover.steps === 0 && !asks.shouldAsk(here, policyAction)) return false;
      expert.act(out);
      if (takeover.steps >= minSteps && asks.mayHandBack(here, policyAction, out)) {
        takeover.steps = 0;
        return false;
      }
      takeover.steps++;
      return true;
    },
  };
}
