/**
 * The last frames by server time, drawn a little late so that there is always a next one to
 * interpolate towards. React and the store never see frames.
 */
import { FLAG, type Frame, POSE_SIZE } from '../../server/protocol/index.ts';

const KEPT = 40;

export interface FrameBuffer {
  readonly received: number;
  readonly latest: Frame | undefined;
  push(frame: Frame, arrivedAt: number): void;
  /**
   * Poses to draw at page time `now` (ms) into `out`, grown as needed; returns the frame that is on
   * screen (the earlier of the two mixed ones), or undefined when there is none.
   */
  sample(now: number, out: { poses: Float32Array }): Frame | undefined;
  /** The frame on screen at the last `sample`. */
  readonly shown: Frame | undefined;
  /**
   * The last frame on screen that shows the outcome of a step: just after an episode ended, that
   * episode's last one. What a reward is about.
   */
  readonly driven: Frame | undefined;
  /** The newest frame that the picture of the last `sample` has something of: the later of the two mixed ones. */
  readonly mixed: Frame | undefined;
  clear(): void;
}

export function createFrameBuffer(): FrameBuffer {
  let frames: { frame: Frame; at: number }[] = [];
  let received = 0;
  let shown: Frame | undefined;
  let driven: Frame | undefined;
  let mixed: Frame | undefined;
  /** Smoothed spacing of frames, ms: how far behind to draw. */
  let spacing = 100;
  /** Page time minus server time: the smallest seen is the least delayed. */
  let offset = Number.POSITIVE_INFINITY;

  return {
    get received() {
      return received;
    },
    get latest() {
      return frames.at(-1)?.frame;
    },
    get shown() {
      return shown;
    },
    get driven() {
      return driven;
    },
    get mixed() {
      return mixed;
    },
    push(frame, arrivedAt) {
      received++;
      const delay = arrivedAt - frame.sentAt;
      // Slowly forgets, so that clock drift cannot freeze the picture.
      offset = Math.min(offset + 0.05, delay);
      const previous = frames.at(-1);
      if (previous) {
        const gap = frame.sentAt - previous.frame.sentAt;
        if (gap > 0 && gap < 1000) spacing += 0.1 * (gap - spacing);
      }
      if (frame.flags & FLAG.jump) frames = [];
      frames.push({ frame, at: frame.sentAt });
      if (frames.length > KEPT) frames.shift();
    },
    sample(now, out) {
      const last = frames.at(-1);
      if (!last) return undefined;
      const time = now - offset - 1.1 * spacing;
      let i = frames.length - 1;
      while (i > 0 && frames[i]!.at > time) i--;
      const a = frames[i]!;
      const b = frames[i + 1];
      shown = a.frame;
      if (shown.step > 0) driven = shown;
      // After a rewind nothing of the new branch has been driven; after a reset the old end still counts.
      else if (shown.flags & FLAG.jump && !(shown.flags & FLAG.first)) driven = undefined;
      if (out.poses.length !== a.frame.poses.length)
        out.poses = new Float32Array(a.frame.poses.length);
      const t = b ? Math.max(0, Math.min(1, (time - a.at) / Math.max(1, b.at - a.at))) : 0;
      mixed = b && t > 0 ? b.frame : a.frame;
      if (!b || t === 0 || b.frame.poses.length !== a.frame.poses.length)
        out.poses.set(a.frame.poses);
      else mixPoses(a.frame.poses, b.frame.poses, t, out.poses);
      return shown;
    },
    clear() {
      frames = [];
      shown = undefined;
      driven = undefined;
      mixed = undefined;
      offset = Number.POSITIVE_INFINITY;
    },
  };
}

/** Positions linearly, rotations along the shorter arc (normalised lerp: steps are small). */
export function mixPoses(a: Float32Array, b: Float32Array, t: number, out: Float32Array): void {
  for (let i = 0; i + POSE_SIZE <= a.length; i += POSE_SIZE) {
    const hidden = isHidden(a, i) || isHidden(b, i);
    if (hidden) {
      for (let k = 0; k < POSE_SIZE; k++) out[i + k] = a[i + k]!;
      continue;
    }
    for (let k = 0; k < 3; k++) out[i + k] = a[i + k]! + t * (b[i + k]! - a[i + k]!);
    let dot = 0;
    for (let k = 3; k < 7; k++) dot += a[i + k]! * b[i + k]!;
    const sign = dot < 0 ? -1 : 1;
    let norm = 0;
    for (let k = 3; k < 7; k++) {
      const q = a[i + k]! + t * (sign * b[i + k]! - a[i + k]!);
      out[i + k] = q;
      norm += q * q;
    }
    const scale = 1 / Math.sqrt(norm || 1);
    for (let k = 3; k < 7; k++) out[i + k]! *= scale;
  }
}

/** An all-zero quaternion hides the body. */
export function isHidden(poses: Float32Array, at: number): boolean {
  return poses[at + 3] === 0 && poses[at + 4] === 0 && poses[at + 5] === 0 && poses[at + 6] === 0;
}
