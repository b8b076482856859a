/** Where in time clips of one question differ, for the marks on their timeline. */
import type { Clip, SceneDescription } from '../../server/protocol/index.ts';

/** Numbers per body in a row of poses. */
const POSE = 7;
/** Parts of the timeline. */
export const PARTS = 48;

export type Moving = Pick<Clip, 'rows' | 'dt' | 'poses' | 'costs'>;

/** Index of the agent among a scene's bodies; -1: it has none. */
export const agentOf = (scene: SceneDescription | undefined): number =>
  scene ? scene.bodies.findIndex((body) => body.id === scene.agentBody) : -1;

/** Metres between where the agent is in two clips, each from where it was at their start. */
function apart(a: Moving, b: Moving, agent: number, time: number): number {
  const at = (clip: Moving, k: number) => {
    const width = clip.poses.length / clip.rows;
    const row = Math.min(clip.rows - 1, Math.round(time / clip.dt));
    return clip.poses[row * width + agent * POSE + k]! - clip.poses[agent * POSE + k]!;
  };
  return Math.hypot(at(a, 0) - at(b, 0), at(a, 1) - at(b, 1), at(a, 2) - at(b, 2));
}

/** Whether damage was done in one clip and not in another, between two times. */
function damageDiffers(clips: readonly Moving[], from: number, to: number): boolean {
  const damaged = clips.map(({ costs, dt }) =>
    costs.subarray(Math.round(from / dt), Math.max(1, Math.round(to / dt))).some((c) => c > 0),
  );
  return new Set(damaged).size > 1;
}

/**
 * Per part of the timeline how fast the clips part from each other there, in [0, 1] of the fastest;
 * 1 where only one of them does damage. `agent`: its index among the bodies.
 */
export function differences(clips: readonly Moving[], agent: number): Float32Array {
  const marks = new Float32Array(PARTS);
  if (clips.length < 2 || agent < 0) return marks;
  const length = Math.max(...clips.map((c) => (c.rows - 1) * c.dt));
  const time = (part: number) => (part / PARTS) * length;
  const [first, ...others] = clips as [Moving, ...Moving[]];
  const spread = (part: number) =>
    others.reduce((most, clip) => Math.max(most, apart(first, clip, agent, time(part))), 0);
  let most = 0;
  for (let part = 0; part < PARTS; part++) {
    marks[part] = Math.abs(spread(part + 1) - spread(part));
    most = Math.max(most, marks[part]!);
  }
  // Clips that hardly part have no place to mark: a hundredth of a metre is not seen.
  for (let part = 0; part < PARTS; part++)
    marks[part] = damageDiffers(clips, time(part), time(part + 1))
      ? 1
      : most * PARTS < 0.01
        ? 0
        : marks[part]! / most;
  return marks;
}
