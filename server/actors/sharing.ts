/**
 * Where the actions of a person and the policy meet: shared while the person drives, if that is wanted, and faded once
 * they let go, so that nothing jerks. Every axis of an action is continuous, and what lies between two of its actions
 * is inside the space.
 */

/** Seconds of the simulation that control takes to fade back to the policy. */
export const FADE_SECONDS = 0.5;

export class Sharing {
  /** Of the action that is the person's while they drive, in (0, 1]; 1: all of it. */
  share = 1;
  /** How long a fade takes, s of the simulation; 0: there is none. */
  seconds = FADE_SECONDS;
  readonly #controlDt: number;
  /** The last action before the fade. */
  readonly #from: Float32Array;
  #steps = 0;
  #left = 0;

  /** `controlDt` in s; `size`: numbers of an action. */
  constructor(controlDt: number, size: number) {
    this.#controlDt = controlDt;
    this.#from = new Float32Array(size);
  }

  /** From `action`, the last that was executed, to what the policy wants from then on. */
  fadeFrom(action: Float32Array): void {
    this.#from.set(action);
    this.#steps = Math.round(this.seconds / this.#controlDt);
    this.#left = this.#steps;
  }

  /** Somebody else acts. */
  endFade(): void {
    this.#left = 0;
  }

  /** The policy acts: `action` is what it wants, and becomes what is executed. False: there is no fade. */
  fade(action: Float32Array): boolean {
    if (this.#left === 0) return false;
    const weight = this.#left-- / (this.#steps + 1);
    for (let i = 0; i < action.length; i++) action[i]! += weight * (this.#from[i]! - action[i]!);
    return true;
  }

  /**
   * A person acts: `action` is what they want, and becomes what is executed. Axes that they do not move are the
   * policy's. False: nothing is shared.
   */
  blend(action: Float32Array, policyAction: Float32Array, moves: (axis: number) => boolean) {
    const { share } = this;
    if (share === 1) return false;
    for (let i = 0; i < action.length; i++) {
      const wanted = policyAction[i]!;
      action[i] = moves(i) ? wanted + share * (action[i]! - wanted) : wanted;
    }
    return true;
  }
}
