/** A picture strip: real poses of a trained policy in a planar task, seen from the side. */
import { createPolicy } from '../../../agent/acting/policy.ts';
import type { Environment, Geom, TimeStep } from '../../../sim/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { readPolicyFile } from '../../policy-file.ts';
import { COLOURS, escapeXml } from './svg.ts';

/** Numbers per body in the pose stream: x, y, z, then the quaternion w, x, y, z. */
const POSE = 7;
const PICTURES = 10;
/** Pixels per metre, and of one picture. */
const SCALE = 80;
const WIDE = 120;
const HIGH = 170;
/** Left and right of the pictures: a figure may be wider than its picture. */
const MARGIN = 40;
/** Above them, for the title. */
const TOP = 28;

/**
 * The first held-out episode of the policy in `file`, at evenly spaced times until it has turned the
 * furthest (to its end in tasks that do not count turns).
 * @throws Error when the file cannot be read or does not fit the task.
 */
export async function drawStrip(task: string, file: string, title: string): Promise<string> {
  const factory = getEnvironment(task);
  const env = await factory.create({});
  try {
    const policy = createPolicy(readPolicyFile(file).snapshot, createRandom(0));
    const frames = record(env, factory.evalSeeds.start, (observation, out) =>
      policy.act(observation, out, 'mean'),
    );
    const shown = frames.slice(0, furthest(frames) + 1);
    const chosen = Array.from(
      { length: Math.min(PICTURES, shown.length) },
      (_, i, n = Math.min(PICTURES, shown.length)) =>
        shown[Math.round((i * (shown.length - 1)) / Math.max(1, n - 1))]!,
    );
    return compose(env, chosen, title);
  } finally {
    env.close();
  }
}

interface Frame {
  readonly time: number;
  readonly poses: Float32Array;
  /** Whole turns so far; NaN where they are not counted. */
  readonly turns: number;
}

/** The frame by which (nearly) all turning is done: what follows is lying on the ground. */
function furthest(frames: readonly Frame[]): number {
  const most = Math.max(...frames.map((frame) => frame.turns));
  if (!(most > 0)) return frames.length - 1;
  return frames.findIndex((frame) => frame.turns >= 0.97 * most);
}

function record(
  env: Environment,
  seed: number,
  act: (observation: Float32Array, out: Float32Array) => void,
): Frame[] {
  const action = new Float32Array(env.actionSpace.size);
  const frames: Frame[] = [];
  const keep = ({ time, info }: TimeStep) => {
    const poses = new Float32Array(env.scene.bodies.length * POSE);
    env.writePoses(poses);
    frames.push({ time, poses, turns: info.metrics.turns ?? Number.NaN });
  };
  let ts = env.reset(seed);
  keep(ts);
  while (ts.kind !== 'last') {
    act(ts.observation, action);
    ts = env.step(action);
    keep(ts);
  }
  return frames;
}

function compose(env: Environment, frames: readonly Frame[], title: string): string {
  const right = frames.length * WIDE + MARGIN;
  const width = right + MARGIN;
  const height = TOP + HIGH + 28;
  const pictures = frames.map(
    (frame, i) =>
      `<g transform="translate(${i * WIDE} 0)">${figure(env, frame)}<text x="${WIDE / 2}" y="${HIGH + 18}" text-anchor="middle">${frame.time.toFixed(2)} s</text></g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-TOP} ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">`,
    `<title>${escapeXml(title)}</title>`,
    `<text x="${20 - MARGIN}" y="${18 - TOP}" font-size="14" font-weight="600">${escapeXml(title)}</text>`,
    `<line x1="${-MARGIN}" x2="${right}" y1="${HIGH}" y2="${HIGH}" stroke="currentColor"/>`,
    ...pictures,
    '</svg>',
  ].join('\n');
}

/** Every capsule as a thick line in the x–z plane, centred on the agent. */
function figure(env: Environment, { poses }: Frame): string {
  const agent = env.scene.bodies.findIndex((body) => body.role === 'robot');
  const centre = poses[Math.max(0, agent) * POSE]!;
  const parts: string[] = [];
  for (const [b, body] of env.scene.bodies.entries()) {
    if (body.role !== 'robot') continue;
    for (const geom of body.geoms) {
      if (geom.shape !== 'capsule') continue;
      const [a, z] = ends(geom, poses, b * POSE).map(([x, , height]) => [
        (WIDE / 2 + (x! - centre) * SCALE).toFixed(1),
        (HIGH - height! * SCALE).toFixed(1),
      ]) as [string[], string[]];
      const thick = (2 * geom.size[0]! * SCALE).toFixed(1);
      parts.push(
        `<line x1="${a[0]}" y1="${a[1]}" x2="${z[0]}" y2="${z[1]}" stroke="${COLOURS[b % COLOURS.length]}" stroke-width="${thick}" stroke-linecap="round"/>`,
      );
    }
  }
  return parts.join('');
}

/** Both ends of a capsule's axis in the world. */
function ends(geom: Geom, poses: Float32Array, at: number): number[][] {
  const half = geom.size[1]!;
  const bodyTurn = [...poses.subarray(at + 3, at + 7)];
  return [-half, half].map((along) => {
    const inBody = add(rotate([...geom.quaternion], [0, 0, along]), [...geom.position]);
    return add(rotate(bodyTurn, inBody), [...poses.subarray(at, at + 3)]);
  });
}

function add(a: readonly number[], b: readonly number[]): number[] {
  return [a[0]! + b[0]!, a[1]! + b[1]!, a[2]! + b[2]!];
}

/** q v q⁻¹ for a unit quaternion (w, x, y, z). */
function rotate(q: readonly number[], v: readonly number[]): number[] {
  const [w, x, y, z] = q as [number, number, number, number];
  const [a, b, c] = v as [number, number, number];
  const s = 2 * (x * a + y * b + z * c);
  const u = w * w - x * x - y * y - z * z;
  return [
    s * x + u * a + 2 * w * (y * c - z * b),
    s * y + u * b + 2 * w * (z * a - x * c),
    s * z + u * c + 2 * w * (x * b - y * a),
  ];
}
