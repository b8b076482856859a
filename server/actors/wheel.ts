/**
 * Who drives. A person's input counts for half a second of the wall clock and of the simulation,
 * whichever is shorter: silence never leaves the last command in force. Control then goes back to the
 * policy, or the safe action brakes until a person decides.
 */
import { type ControlInput, isRelease, WATCHDOG_SECONDS } from '../protocol/index.ts';
import { type HeldAction, isMoved } from './held-action.ts';
import type { Controller, Driver } from './messages.ts';

type Hands =
  | { readonly kind: 'policy' }
  /** `at` is the wall clock of the newest input, ms. */
  | {
      readonly kind: 'person';
      readonly who: Driver;
      readonly input: ControlInput;
      readonly at: number;
    }
  /** A person let go with release to brake: the safe action holds until a person decides. */
  | { readonly kind: 'brake' }
  /** After an emergency stop: the safe action holds, and neither policy nor person drives until `resume`. */
  | { readonly kind: 'stopped' };

const CONTROLLER: Readonly<Record<Hands['kind'], Controller>> = {
  policy: 'policy',
  person: 'human',
  brake: 'safe',
  stopped: 'safe',
};
const POLICY: Hands = { kind: 'policy' };
const BRAKE: Hands = { kind: 'brake' };
const STOPPED: Hands = { kind: 'stopped' };

export class Wheel {
  releaseTo: 'policy' | 'brake' = 'policy';
  /** The agent asks for a person in this step. With release to brake it brakes for as long as it asks. */
  isAsking = false;
  /** The agent was refused what it is about to do: it brakes. */
  isRefused = false;
  #hands: Hands = POLICY;
  /** Control steps that the newest input may act for, and has acted for. */
  readonly #mostSteps: number;
  #actedSteps = 0;

  /** `controlDt` in s of the simulation. */
  constructor(controlDt: number) {
    this.#mostSteps = Math.max(1, Math.floor(WATCHDOG_SECONDS / controlDt + 1e-9));
  }

  get isStopped(): boolean {
    return this.#hands.kind === 'stopped';
  }

  /** Who drives, whether or not the agent brakes because it asks. */
  get driver(): Controller {
    return CONTROLLER[this.#hands.kind];
  }

  /** Whose action is executed. */
  get controller(): Controller {
    const brakes = this.isRefused || (this.isAsking && this.releaseTo === 'brake');
    return brakes && this.#hands.kind === 'policy' ? 'safe' : this.driver;
  }

  /** Sequence number of the input in force; 0: none. */
  get sequence(): number {
    return this.#hands.kind === 'person' ? this.#hands.input.sequence : 0;
  }

  /** Whether the person who drives moves the axis. */
  moves(axis: number): boolean {
    return this.#hands.kind === 'person' && isMoved(this.#hands.input.activeAxes, axis);
  }

  /** The person who drives, if one does. */
  get person(): Driver | undefined {
    return this.#hands.kind === 'person' ? this.#hands.who : undefined;
  }

  /** An input arrived at wall clock `now` (ms); one that lets go releases. */
  press(input: ControlInput, who: Driver, now: number): void {
    if (this.isStopped) return;
    // Any axis counts by itself: opposite steering and throttle cannot cancel out.
    if (isRelease(input)) this.release();
    else {
      this.#hands = { kind: 'person', who, input, at: now };
      this.#actedSteps = 0;
    }
  }

  /** The person lets go, or their connection is gone. */
  release(): void {
    if (this.#hands.kind === 'person') this.#hands = this.releaseTo === 'brake' ? BRAKE : POLICY;
  }

  /** Emergency stop. */
  stop(): void {
    this.#hands = STOPPED;
  }

  /** The policy drives again after a stop or a brake; a person who drives goes on. */
  resume(): void {
    this.isAsking = false;
    if (this.driver === 'safe') this.#hands = POLICY;
  }

  /** The watchdog before a step at wall clock `now` (ms): true when it takes the wheel from a silent person. */
  expire(now: number): boolean {
    if (this.#hands.kind !== 'person') return false;
    const isLate = now - this.#hands.at > WATCHDOG_SECONDS * 1000;
    if (!isLate && this.#actedSteps++ < this.#mostSteps) return false;
    this.release();
    return true;
  }

  /** Writes what the driver wants for the coming step to `out` (k). */
  choose(policyAction: Float32Array, held: HeldAction, out: Float32Array): void {
    switch (this.#hands.kind) {
      case 'policy':
        out.set(policyAction);
        return;
      case 'person':
        // A person takes the whole action: axes they do not move stay where they are.
        out.set(this.#hands.input.values);
        held.holdOthers(this.#hands.input.activeAxes, out);
        return;
      case 'brake':
      case 'stopped':
        held.holdAll();
        out.set(held.values);
        return;
    }
  }
}
