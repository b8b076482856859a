/**
 * Contacts and joints for the frames, while any viewer asks for them. All viewers get the same bytes, so
 * one who asks is enough. A frame stays below its budget all the same.
 */
import type { Environment } from '../../sim/contract.ts';
import { CONTACT_SIZE, type Frame, frameBytes, JOINT_SIZE } from '../protocol/index.ts';

/** Bytes of a frame at most (2 kB is the promise). */
const BUDGET = 2000;
export const MOST_CONTACTS = 24;
export const MOST_JOINTS = 24;
export const MOST_RAYS = 720;

export interface Overlays {
  /** Whether a viewer, named by its session, wants them. */
  want(viewer: string, on: boolean): void;
  /** Put them into a frame whose other arrays are set, as many as fit; joints first. */
  addTo(frame: Frame): void;
  /** The rays that the agent observes now; undefined: nobody wants them, or there are none. A view, until the next call. */
  rays(): Float32Array | undefined;
}

export function createOverlays(env: Environment): Overlays {
  const viewers = new Set<string>();
  const contacts = new Float32Array(MOST_CONTACTS * CONTACT_SIZE);
  const joints = new Float32Array(MOST_JOINTS * JOINT_SIZE);
  const rays = new Float32Array(env.writeRays ? 3 + 4 * MOST_RAYS : 0);
  /** How many of `size` numbers fit into the bytes that are left. */
  const fitting = (left: number, size: number, most: number) =>
    Math.max(0, Math.min(most, Math.floor(left / (4 * size))));
  return {
    want(viewer, on) {
      if (on) viewers.add(viewer);
      else viewers.delete(viewer);
    },
    rays() {
      if (viewers.size === 0 || !env.writeRays) return undefined;
      const n = env.writeRays(rays);
      return n > 0 ? rays.subarray(0, 3 + 4 * n) : undefined;
    },
    addTo(frame) {
      if (viewers.size === 0) return;
      let left = BUDGET - frameBytes(frame.action.length, frame.poses.length);
      const roomJ = fitting(left, JOINT_SIZE, MOST_JOINTS) * JOINT_SIZE;
      const j = env.writeJoints?.(joints.subarray(0, roomJ)) ?? 0;
      left -= 4 * JOINT_SIZE * j;
      const roomC = fitting(left, CONTACT_SIZE, MOST_CONTACTS) * CONTACT_SIZE;
      const c = env.writeContacts?.(contacts.subarray(0, roomC)) ?? 0;
      if (j > 0) frame.joints = joints.subarray(0, j * JOINT_SIZE);
      if (c > 0) frame.contacts = contacts.subarray(0, c * CONTACT_SIZE);
    },
  };
}
