/**
 * Who drives. A person's input counts for half a second: silence never leaves the last command in
 * force. Control then goes back to the policy, or the robot brakes until somebody decides.
 */
import { type ControlInput, WATCHDOG_SECONDS } from '../protocol/index.ts';
import type { Controller } from './messages.ts';

type Driver =
  | { readonly kind: 'policy' }
  /** `at` is the wall clock of the newest input, ms. */
  | { readonly kind: 'person'; readonly input: ControlInput; readonly at: number }
  /** A person let go with release to brake: the safe action holds until somebody drives. */
  | { readonly kind: 'nobody' }
  /** After an emergency stop: the safe action holds, and nobody can drive until `resume`. */
  | { readonly kind: 'stopped' };

const CONTROLLER: Readonly<Record<Driver['kind'], Controller>> = {
  policy: 'policy',
  person: 'human',
  nobody: 'safe',
  stopped: 'safe',
};
const POLICY: Driver = { kind: 'policy' };
const NOBODY: Driver = { kind: 'nobody' };
const STOPPED: Driver = { kind: 'stopped' };

export class Wheel {
  releaseTo: 'policy' | 'brake' = 'policy';
  /** The robot asks for a person in this step. With release to brake it brakes for as long as it asks. */
  isAsking = false;
  #driver: Driver = POLICY;

  get isStopped(): boolean {
    return this.#driver.kind === 'stopped';
  }

  /** Who drives, a robot that brakes because it asks left aside. */
  get driver(): Controller {
    return CONTROLLER[this.#driver.kind];
  }

  /** Whose action is executed. */
  get controller(): Controller {
    const brakes = this.isAsking && this.releaseTo === 'brake';
    return brakes && this.#driver.kind === 'policy' ? 'safe' : this.driver;
  }

  /** Sequence number of the input in force; 0: none. */
  get sequence(): number {
    return this.#driver.kind === 'person' ? this.#driver.input.sequence : 0;
  }

  /** An input arrived at wall clock `now` (ms); one without an active axis releases. */
  press(input: ControlInput, now: number): void {
    if (this.isStopped) return;
    // Any axis counts by itself: opposite steering and throttle cannot cancel out.
    if (input.activeAxes === 0) this.release();
    else this.#driver = { kind: 'person', input, at: now };
  }

  /** The person lets go, or their connection is gone. */
  release(): void {
    if (this.#driver.kind === 'person') this.#driver = this.releaseTo === 'brake' ? NOBODY : POLICY;
  }

  /** Emergency stop. */
  stop(): void {
    this.#driver = STOPPED;
  }

  /** The policy drives again after a stop or a brake; a person who drives goes on. */
  resume(): void {
    this.isAsking = false;
    if (this.driver === 'safe') this.#driver = POLICY;
  }

  /** The watchdog at wall clock `now` (ms): true when it takes the wheel from a silent person. */
  expire(now: number): boolean {
    if (this.#driver.kind !== 'person' || now - this.#driver.at <= WATCHDOG_SECONDS * 1000)
      return false;
    this.release();
    return true;
  }

  /** Writes what the driver wants to `out` (k). */
  choose(policyAction: Float32Array, safeAction: Float32Array, out: Float32Array): void {
    switch (this.#driver.kind) {
      case 'policy':
        out.set(policyAction);
        return;
      case 'person':
        // A person takes the whole action: axes they do not touch are at rest, not the policy's.
        out.set(this.#driver.input.values);
        return;
      case 'nobody':
      case 'stopped':
        out.set(safeAction);
        return;
    }
  }
}
