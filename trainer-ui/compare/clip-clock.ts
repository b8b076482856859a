/** The one clock that all clips of a question show. */
export interface ClipClock {
  /** Seconds into the clips. */
  time: number;
  playing: boolean;
  /** Clip seconds per second. */
  speed: number;
  /** Start over at the end, or stay there. */
  loop: boolean;
}

/** Seconds that the last picture stays before the clips start over. */
const HOLD = 0.7;

export function createClock(): ClipClock {
  return { time: 0, playing: true, speed: 1, loop: true };
}

/** `elapsed` real seconds later; `length`: seconds of the longest clip. */
export function advance(clock: ClipClock, elapsed: number, length: number): void {
  if (!clock.playing || length <= 0) return;
  clock.time += elapsed * clock.speed;
  if (clock.time <= length + HOLD * clock.speed) return;
  if (clock.loop) clock.time = 0;
  else {
    clock.time = length;
    clock.playing = false;
  }
}

/** Plays or pauses; from the end it starts over. */
export function toggle(clock: ClipClock, length: number): void {
  if (!clock.playing && clock.time >= length) clock.time = 0;
  clock.playing = !clock.playing;
}
