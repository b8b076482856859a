/**
 * What axes do while no person moves them. Where an environment has a hold action, an axis keeps the value that
 * held it when it was let go: with a new value at every step it would creep. Elsewhere it keeps the safe action.
 */
import type { Environment } from '../../sim/contract.ts';

/** Axes that the mask of an input can name; it cannot say that further ones are not moved. */
const MASK_AXES = 32;

/** Whether a person moves the axis, by the mask of their input. */
export const isMoved = (activeAxes: number, axis: number): boolean =>
  activeAxes !== 0 && (axis >= MASK_AXES || ((activeAxes >>> axis) & 1) === 1);

export class HeldAction {
  /** Per axis, what holds it; current for the axes that are held. */
  readonly values: Float32Array;
  readonly #env: Environment;
  readonly #now: Float32Array;
  readonly #isHeld: Uint8Array;

  /** `safeAction` holds where the environment does not say what does; (k). */
  constructor(env: Environment, safeAction: readonly number[]) {
    this.#env = env;
    this.values = Float32Array.from(safeAction);
    this.#now = new Float32Array(this.values.length);
    this.#isHeld = new Uint8Array(this.values.length);
  }

  /** The state is another one: what held before no longer counts. */
  forget(): void {
    this.#isHeld.fill(0);
  }

  /** No person moves any axis in the coming step. */
  holdAll(): void {
    this.#hold(0);
  }

  /** A person moves the axes of the mask in the coming step; writes what holds the others into `action`. */
  holdOthers(activeAxes: number, action: Float32Array): void {
    if (!this.#env.writeHoldAction) return;
    this.#hold(activeAxes);
    for (let i = 0; i < action.length; i++) if (this.#isHeld[i] === 1) action[i] = this.values[i]!;
  }

  #hold(activeAxes: number): void {
    const { values } = this;
    let isAsked = false;
    for (let i = 0; i < values.length; i++) {
      const moves = isMoved(activeAxes, i);
      if (!moves && this.#isHeld[i] === 0 && this.#env.writeHoldAction) {
        if (!isAsked) this.#env.writeHoldAction(this.#now);
        isAsked = true;
        values[i] = this.#now[i]!;
      }
      this.#isHeld[i] = moves ? 0 : 1;
    }
  }
}
