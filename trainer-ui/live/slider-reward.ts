/**
 * Reward by a slider: what it stands at, twice a second for as long as it is held away from the middle, and never
 * twice for the same picture. A hold shorter than that counts once.
 */

/** ms between two rewards. */
const EVERY = 500;

export interface SliderReward {
  /** In [-1, 1]; 0 is the middle. */
  set(value: number, now: number): void;
  /** It springs back to the middle. */
  letGo(): void;
  /** `now`: ms of any clock; `picture`: names what is on screen. */
  tick(now: number, picture: string): void;
}

export function createSliderReward(give: (value: number) => void): SliderReward {
  let value = 0;
  let due = 0;
  let hasGiven = false;
  let seen: string | undefined;
  return {
    set(next, now) {
      if (value === 0) {
        due = now + EVERY;
        hasGiven = false;
      }
      value = next;
    },
    letGo() {
      if (value !== 0 && !hasGiven) give(value);
      value = 0;
    },
    tick(now, picture) {
      if (value === 0 || now < due || picture === seen) return;
      due = now + EVERY;
      hasGiven = true;
      seen = picture;
      give(value);
    },
  };
}
