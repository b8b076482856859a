/**
 * The agent's requests to people: the rule of activation, consulted at every step of the live loop. By default it is the
 * learner's gate: presets without one never ask. Name and idea come from automated driving (UN R157: transition demand). A
 * request is raised at once and held, so that a person has time to see it. The offer to hand back comes
 * late and goes sooner, but not within a reaction time, in which no person could respond.
 */

import { createGate, type Gate } from '../../agent/acting/gate.ts';
import type { GateSnapshot } from '../../agent/contract.ts';
import type { Controller, Request } from './messages.ts';

/** How long a request is held after the last step that asked, s of simulated time. */
export const HOLD_SECONDS = 1;
/** How long person and policy must have agreed before the person may let go, s of simulated time. */
export const AGREE_SECONDS = 0.5;
/** How long they must have differed before that is withdrawn, s of simulated time. */
export const DIFFER_SECONDS = 0.3;

export interface TakeOverRequest {
  readonly now: Request;
  /** Steps of the episode on which the rule itself asked, without those on which a request was only held. */
  readonly askedSteps: number;
  /** The learner's newest gate; undefined: there is none, nothing is asked. */
  setGate(snapshot: GateSnapshot | undefined): void;
  /** 1 where the gate asks, or 0; NaN without a gate. */
  gateAsks(observation: Float32Array, policyAction: Float32Array): number;
  /** A new episode. */
  reset(): void;
  /**
   * The step about to be made: who acts, what the policy wants, from a person, what they do, and whether the rule asks.
   * With `safe` in control there is no driver, and nothing is asked.
   */
  step(
    controller: Controller,
    observation: Float32Array,
    policyAction: Float32Array,
    action: Float32Array,
    asks: boolean,
  ): Request;
}

/** `controlDt` in s. */
export function createTakeOverRequest(controlDt: number): TakeOverRequest {
  const holdSteps = Math.ceil(HOLD_SECONDS / controlDt - 1e-9);
  const agreeSteps = Math.ceil(AGREE_SECONDS / controlDt - 1e-9);
  const differSteps = Math.ceil(DIFFER_SECONDS / controlDt - 1e-9);
  let gate: Gate | undefined;
  let now: Request = 'none';
  let askedSteps = 0;
  /** Steps for which the request is still held. */
  let held = 0;
  /** Latest consecutive steps on which the gate let the person hand back, and on which it did not. */
  let agreed = 0;
  let differed = 0;

  function whilePolicyDrives(asks: boolean): Request {
    agreed = 0;
    differed = 0;
    if (asks) {
      askedSteps++;
      held = holdSteps;
      return 'take-over';
    }
    if (held === 0) return 'none';
    held--;
    return 'take-over';
  }

  function whilePersonDrives(agrees: boolean): Request {
    held = 0;
    agreed = agrees ? agreed + 1 : 0;
    differed = agrees ? 0 : differed + 1;
    if (agreed >= agreeSteps) return 'hand-back';
    return now === 'hand-back' && differed < differSteps ? 'hand-back' : 'none';
  }

  function forget(): void {
    now = 'none';
    held = 0;
    agreed = 0;
    differed = 0;
  }

  return {
    get now() {
      return now;
    },
    get askedSteps() {
      return askedSteps;
    },
    setGate(snapshot) {
      if (gate && !snapshot) forget();
      gate = snapshot && createGate(snapshot);
    },
    reset() {
      forget();
      askedSteps = 0;
    },
    gateAsks(observation, policyAction) {
      if (!gate) return Number.NaN;
      return gate.shouldAsk(observation, policyAction) ? 1 : 0;
    },
    step(controller, observation, policyAction, action, asks) {
      if (controller === 'safe') forget();
      else if (controller === 'policy') now = whilePolicyDrives(asks);
      else now = whilePersonDrives(gate?.mayHandBack(observation, policyAction, action) ?? false);
      return now;
    },
  };
}
