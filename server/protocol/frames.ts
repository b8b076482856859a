/**
 * Binary messages, little-endian; the first byte is the opcode. Arrays start at multiples of four,
 * so that the reader looks at them in place.
 */

export const OP = { frame: 1, clip: 2, path: 3, rays: 4, input: 16 } as const;

/** Bits of `Frame.flags`. */
export const FLAG = {
  human: 1,
  paused: 2,
  first: 4,
  last: 8,
  success: 16,
  /** First frame after a takeover or hand-over. */
  handover: 32,
  /** First frame after a rewind: do not interpolate into it. */
  jump: 64,
  safe: 128,
} as const;

/** One control step of a live loop as viewers see it. */
export interface Frame {
  /** Which of the run's live simulations, from 0. */
  live: number;
  flags: number;
  /** Counts scenes; poses belong to this one. */
  sceneId: number;
  /** Counts live episodes since the server started; `status` maps the current one to its id. */
  episodeNumber: number;
  step: number;
  /** Simulated seconds since reset. */
  time: number;
  /** Server clock, ms since epoch. */
  sentAt: number;
  policyVersion: number;
  /** Real-time factor, so that viewers interpolate over the right span. */
  speed: number;
  reward: number;
  /** NaN without a reward model. */
  predictedReward: number;
  /** Standard deviation of the reward over the ensemble's members; NaN without a reward model. */
  disagreement: number;
  cost: number;
  /** In [0, 1]; NaN when not estimated. */
  risk: number;
  /** Last input sequence that had effect; 0: none. */
  inputSequence: number;
  /** Executed, and wanted by the policy; (k) each. */
  action: Float32Array;
  policyAction: Float32Array;
  /** (bodies * 7) */
  poses: Float32Array;
  /** Only while a viewer asks for overlays: contacts (n * 6) and joints (n * 8), as `Environment` writes them. */
  contacts?: Float32Array;
  joints?: Float32Array;
  /** The scene's `picture` at this step, a PNG; only of environments that draw themselves. */
  picture?: Uint8Array;
}

const FRAME_HEADER = 72;
const FLAGS_AT = 1;
/** Where frames, paths and inputs name their live simulation. */
export const LIVE_AT = 3;
/** Numbers per contact and joint of an overlay. */
export const CONTACT_SIZE = 6;
export const JOINT_SIZE = 8;
/** Counts travel in two bytes and one. */
const MOST_POSES = 0xffff;
const MOST_IN_BYTE = 0xff;

/** Bytes of a frame with `k` action numbers, `p` pose numbers, that many contacts and joints as overlays, and no picture. */
export function frameBytes(k: number, p: number, contacts = 0, joints = 0): number {
  return FRAME_HEADER + 4 * (2 * k + p + CONTACT_SIZE * contacts + JOINT_SIZE * joints);
}

function expectAtMost(field: string, value: number, most: number): number {
  if (value > most) throw new RangeError(`frame.${field}: ${value}, allowed 0 to ${most}`);
  return value;
}

/** @throws RangeError for more than 65,535 pose numbers, or 255 actions, contacts, joints or live simulations. */
export function encodeFrame(frame: Frame): ArrayBuffer {
  const k = expectAtMost('action.length', frame.action.length, MOST_IN_BYTE);
  const p = expectAtMost('poses.length', frame.poses.length, MOST_POSES);
  const c = expectAtMost('contacts', (frame.contacts?.length ?? 0) / CONTACT_SIZE, MOST_IN_BYTE);
  const j = expectAtMost('joints', (frame.joints?.length ?? 0) / JOINT_SIZE, MOST_IN_BYTE);
  const numbers = frameBytes(k, p, c, j);
  const picture = frame.picture ?? new Uint8Array();
  const buffer = new ArrayBuffer(numbers + picture.length);
  const view = new DataView(buffer);
  view.setUint8(0, OP.frame);
  view.setUint8(FLAGS_AT, frame.flags);
  view.setUint8(2, k);
  view.setUint8(LIVE_AT, expectAtMost('live', frame.live, MOST_IN_BYTE));
  view.setUint16(4, p, true);
  view.setUint8(6, c);
  view.setUint8(7, j);
  view.setFloat64(8, frame.time, true);
  view.setFloat64(16, frame.sentAt, true);
  view.setUint32(24, frame.sceneId, true);
  view.setUint32(28, frame.episodeNumber, true);
  view.setUint32(32, frame.step, true);
  view.setUint32(36, frame.policyVersion, true);
  view.setFloat32(40, frame.speed, true);
  view.setFloat32(44, frame.reward, true);
  view.setFloat32(48, frame.predictedReward, true);
  view.setFloat32(52, frame.cost, true);
  view.setFloat32(56, frame.risk, true);
  view.setUint32(60, frame.inputSequence, true);
  view.setUint32(64, picture.length, true);
  view.setFloat32(68, frame.disagreement, true);
  new Float32Array(buffer, FRAME_HEADER, k).set(frame.action);
  new Float32Array(buffer, FRAME_HEADER + 4 * k, k).set(frame.policyAction);
  new Float32Array(buffer, FRAME_HEADER + 8 * k, p).set(frame.poses);
  const overlay = FRAME_HEADER + 4 * (2 * k + p);
  if (frame.contacts) new Float32Array(buffer, overlay, CONTACT_SIZE * c).set(frame.contacts);
  if (frame.joints)
    new Float32Array(buffer, overlay + 4 * CONTACT_SIZE * c, JOINT_SIZE * j).set(frame.joints);
  new Uint8Array(buffer, numbers).set(picture);
  return buffer;
}

/** @throws RangeError when the bytes are not a whole frame. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  const view = new DataView(buffer);
  if (buffer.byteLength < FRAME_HEADER) {
    throw new RangeError(`frame: ${buffer.byteLength} bytes, expected at least ${FRAME_HEADER}`);
  }
  const k = view.getUint8(2);
  const p = view.getUint16(4, true);
  const c = view.getUint8(6);
  const j = view.getUint8(7);
  const numbers = frameBytes(k, p, c, j);
  const picture = view.getUint32(64, true);
  expectLength('frame', buffer.byteLength, numbers + picture);
  const overlay = FRAME_HEADER + 4 * (2 * k + p);
  const joints = overlay + 4 * CONTACT_SIZE * c;
  return {
    ...(c > 0 ? { contacts: new Float32Array(buffer, overlay, CONTACT_SIZE * c) } : {}),
    ...(j > 0 ? { joints: new Float32Array(buffer, joints, JOINT_SIZE * j) } : {}),
    ...(picture > 0 ? { picture: new Uint8Array(buffer, numbers) } : {}),
    live: view.getUint8(LIVE_AT),
    flags: view.getUint8(1),
    time: view.getFloat64(8, true),
    sentAt: view.getFloat64(16, true),
    sceneId: view.getUint32(24, true),
    episodeNumber: view.getUint32(28, true),
    step: view.getUint32(32, true),
    policyVersion: view.getUint32(36, true),
    speed: view.getFloat32(40, true),
    reward: view.getFloat32(44, true),
    predictedReward: view.getFloat32(48, true),
    disagreement: view.getFloat32(68, true),
    cost: view.getFloat32(52, true),
    risk: view.getFloat32(56, true),
    inputSequence: view.getUint32(60, true),
    action: new Float32Array(buffer, FRAME_HEADER, k),
    policyAction: new Float32Array(buffer, FRAME_HEADER + 4 * k, k),
    poses: new Float32Array(buffer, FRAME_HEADER + 8 * k, p),
  };
}

/** Poses of a segment, ready to draw; answers `request-clip` with the same tag. */
export interface Clip {
  tag: number;
  /** Seconds between rows. */
  dt: number;
  sceneId: number;
  /** Rows of poses: steps + 1. */
  rows: number;
  /** (rows, bodies * 7) */
  poses: Float32Array;
  /** Learned reward per row (NaN where unknown), (rows). */
  predictedRewards: Float32Array;
  /** Standard deviation of it over the ensemble's members, per row (NaN where unknown), (rows). */
  disagreements: Float32Array;
  /** Speed of the agent per row, m/s (NaN where its positions are not kept), (rows). */
  speeds: Float32Array;
  /** Cost of the step that led to the row, (rows). */
  costs: Float32Array;
  /** A PNG per row, of environments that draw themselves, (rows). */
  pictures?: readonly Uint8Array[];
  /** How the episode ended, in clips that show its end. */
  outcome?: ClipOutcome;
}

export interface ClipOutcome {
  /** Id of the environment's end reason; '' where it was not kept. */
  reason: string;
  success: boolean;
  /** Share of the route that was made by then, in [0, 1]; NaN where there is none. */
  route: number;
}

const CLIP_HEADER = 28;
/** Numbers per row before the poses. */
const COLUMNS = 4;
/** Bits of a clip's second byte. */
const ENDED = 1;
const SUCCEEDED = 2;
const PICTURES = 4;
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

export function encodeClip(clip: Clip): ArrayBuffer {
  const { rows, poses, outcome, pictures } = clip;
  const reason = utf8.encoder.encode(outcome?.reason ?? '');
  // The lengths of the pictures follow the other numbers.
  const lengths = Uint32Array.from(pictures ?? [], (picture) => picture.length);
  const numbers = COLUMNS * rows + poses.length;
  const words = CLIP_HEADER + 4 * (numbers + lengths.length);
  const images = lengths.reduce((sum, length) => sum + length, 0);
  const buffer = new ArrayBuffer(words + reason.length + images);
  const view = new DataView(buffer);
  view.setUint8(0, OP.clip);
  const ended = outcome ? ENDED + (outcome.success ? SUCCEEDED : 0) : 0;
  view.setUint8(1, ended + (pictures ? PICTURES : 0));
  view.setUint16(2, reason.length, true);
  view.setUint32(4, clip.tag, true);
  view.setFloat32(8, clip.dt, true);
  view.setUint32(12, clip.sceneId, true);
  view.setUint32(16, rows, true);
  view.setUint32(20, poses.length, true);
  view.setFloat32(24, outcome?.route ?? 0, true);
  const all = new Float32Array(buffer, CLIP_HEADER, numbers);
  all.set(clip.predictedRewards);
  all.set(clip.speeds, rows);
  all.set(clip.costs, 2 * rows);
  all.set(clip.disagreements, 3 * rows);
  all.set(poses, COLUMNS * rows);
  new Uint32Array(buffer, CLIP_HEADER + 4 * numbers, lengths.length).set(lengths);
  new Uint8Array(buffer, words).set(reason);
  let at = words + reason.length;
  for (const picture of pictures ?? []) {
    new Uint8Array(buffer, at).set(picture);
    at += picture.length;
  }
  return buffer;
}

/** @throws RangeError when the bytes are not a whole clip. */
export function decodeClip(buffer: ArrayBuffer): Clip {
  if (buffer.byteLength < CLIP_HEADER) {
    throw new RangeError(`clip: ${buffer.byteLength} bytes, expected at least ${CLIP_HEADER}`);
  }
  const view = new DataView(buffer);
  const rows = view.getUint32(16, true);
  const poses = view.getUint32(20, true);
  const letters = view.getUint16(2, true);
  const flags = view.getUint8(1);
  const numbers = CLIP_HEADER + 4 * (COLUMNS * rows + poses);
  const count = flags & PICTURES ? rows : 0;
  const end = numbers + 4 * count;
  if (buffer.byteLength < end) expectLength('clip', buffer.byteLength, end + letters);
  const lengths = new Uint32Array(buffer, numbers, count);
  const images = lengths.reduce((sum, length) => sum + length, 0);
  expectLength('clip', buffer.byteLength, end + letters + images);
  const column = (at: number) => new Float32Array(buffer, CLIP_HEADER + 4 * at * rows, rows);
  return {
    tag: view.getUint32(4, true),
    dt: view.getFloat32(8, true),
    sceneId: view.getUint32(12, true),
    rows,
    predictedRewards: column(0),
    speeds: column(1),
    costs: column(2),
    disagreements: column(3),
    poses: new Float32Array(buffer, CLIP_HEADER + 4 * COLUMNS * rows, poses),
    ...(flags & PICTURES ? { pictures: cut(new Uint8Array(buffer, end + letters), lengths) } : {}),
    ...(flags & ENDED
      ? {
          outcome: {
            reason: utf8.decoder.decode(new Uint8Array(buffer, end, letters)),
            success: (flags & SUCCEEDED) !== 0,
            route: view.getFloat32(24, true),
          },
        }
      : {}),
  };
}

function cut(bytes: Uint8Array, lengths: Uint32Array): Uint8Array[] {
  let end = 0;
  return Array.from(lengths, (length) => bytes.subarray(end, (end += length)));
}

/** The agent's predicted path from the current step: what the policy would do if left alone. */
export interface PredictedPath {
  live: number;
  sceneId: number;
  episodeNumber: number;
  step: number;
  /** x, y, z per point. */
  points: Float32Array;
  /** Risk per point in [0, 1], 1 where cost occurs; (points / 3). */
  risks: Float32Array;
}

const PATH_HEADER = 20;

export function encodePath(path: PredictedPath): ArrayBuffer {
  const n = path.risks.length;
  const buffer = new ArrayBuffer(PATH_HEADER + 16 * n);
  const view = new DataView(buffer);
  view.setUint8(0, OP.path);
  view.setUint8(LIVE_AT, path.live);
  view.setUint32(4, path.sceneId, true);
  view.setUint32(8, path.episodeNumber, true);
  view.setUint32(12, path.step, true);
  view.setUint32(16, n, true);
  new Float32Array(buffer, PATH_HEADER, 3 * n).set(path.points);
  new Float32Array(buffer, PATH_HEADER + 12 * n, n).set(path.risks);
  return buffer;
}

/** @throws RangeError when the bytes are not a whole path. */
export function decodePath(buffer: ArrayBuffer): PredictedPath {
  if (buffer.byteLength < PATH_HEADER) {
    throw new RangeError(`path: ${buffer.byteLength} bytes, expected at least ${PATH_HEADER}`);
  }
  const view = new DataView(buffer);
  const n = view.getUint32(16, true);
  expectLength('path', buffer.byteLength, PATH_HEADER + 16 * n);
  return {
    live: view.getUint8(LIVE_AT),
    sceneId: view.getUint32(4, true),
    episodeNumber: view.getUint32(8, true),
    step: view.getUint32(12, true),
    points: new Float32Array(buffer, PATH_HEADER, 3 * n),
    risks: new Float32Array(buffer, PATH_HEADER + 12 * n, n),
  };
}

/** Step of an encoded frame, without decoding the rest. */
export function frameStep(buffer: ArrayBuffer): number {
  return new DataView(buffer).getUint32(32, true);
}

/** Whether a person acted on the step of an encoded frame. */
export function isHumanFrame(buffer: ArrayBuffer): boolean {
  return (new DataView(buffer).getUint8(FLAGS_AT) & FLAG.human) !== 0;
}

/** The live simulation of an encoded frame or path. */
export function liveOf(buffer: ArrayBuffer): number {
  return new DataView(buffer).getUint8(LIVE_AT);
}

/** Opcode of a binary message, or undefined when it is empty. */
export function opcode(buffer: ArrayBuffer): number | undefined {
  return buffer.byteLength > 0 ? new DataView(buffer).getUint8(0) : undefined;
}

export function expectLength(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new RangeError(`${what}: ${actual} bytes, expected ${expected}`);
}
