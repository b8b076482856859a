/**
 * Who acts. A person's input counts for half a second; silence never leaves the last command in
 * force: control goes back to the policy, or brakes until somebody decides.
 */
import { type ControlInput, WATCHDOG_SECONDS } from '../protocol/index.ts';
import type { Controller } from './messages.ts';

export interface Control {
  readonly controller: Controller;
  /** Sequence of the input in force; 0: none. */
  readonly sequence: number;
  releaseTo: 'policy' | 'brake';
  /**
   * In this step the robot asks for a person; `decide` forgets it. Where people chose the brake for
   * when nobody drives, `safe` is in control for as long as it asks; otherwise the policy drives on.
   */
  asks: boolean;
  /** After an emergency stop, until `resume`: nobody can drive. */
  readonly stopped: boolean;
  /** An input arrived at wall-clock `now` (ms). Returns true when it releases. */
  input(input: ControlInput, now: number): void;
  /** The person's connection is gone, or they let go. */
  release(): void;
  /** Safe action until `resume`. */
  estop(): void;
  resume(): void;
  /**
   * Decide for the step that starts now; writes the action to execute. `expired` says that the
   * watchdog took control away in this call.
   */
  decide(policyAction: Float32Array, now: number, out: Float32Array): { expired: boolean };
}

export function createControl(safeAction: Float32Array): Control {
  let held: ControlInput | undefined;
  let heldAt = 0;
  let controller: Controller = 'policy';
  let stopped = false;
  const decision = { expired: false };

  function letGo(): void {
    held = undefined;
    if (controller === 'human') controller = control.releaseTo === 'brake' ? 'safe' : 'policy';
  }

  const control: Control = {
    get controller() {
      const brakes = control.asks && control.releaseTo === 'brake';
      return brakes && controller === 'policy' ? 'safe' : controller;
    },
    get sequence() {
      return controller === 'human' && held ? held.sequence : 0;
    },
    get stopped() {
      return stopped;
    },
    releaseTo: 'policy',
    asks: false,
    input(input, now) {
      if (stopped) return;
      // Any axis counts by itself: opposite steering and throttle cannot cancel out.
      if (input.activeAxes === 0) {
        letGo();
        return;
      }
      held = input;
      heldAt = now;
      controller = 'human';
    },
    release: letGo,
    estop() {
      held = undefined;
      stopped = true;
      controller = 'safe';
    },
    resume() {
      stopped = false;
      control.asks = false;
      if (controller === 'safe') controller = 'policy';
    },
    decide(policyAction, now, out) {
      control.asks = false;
      decision.expired = held !== undefined && now - heldAt > WATCHDOG_SECONDS * 1000;
      if (decision.expired) letGo();
      out.set(controller === 'safe' ? safeAction : policyAction);
      // A person takes the whole action: axes they do not touch are at rest, not the policy's.
      if (controller === 'human' && held) out.set(held.values);
      return decision;
    },
  };
  return control;
}
