import { type BodyDescription, type Geom, POSE_SIZE } from '../../contract.ts';
import type { Physics } from './physics.ts';

/** MuJoCo's `mjtWrap`: what a tendon goes through. */
const WRAP_JOINT = 1;
const WRAP_SPHERE = 4;
const WRAP_CYLINDER = 5;
const FIRST_HIDDEN_GROUP = 3;

/**
 * Length of each of the two rods that draw a straight piece, as a share of its first length. They
 * start at its two ends and overlap in the middle, so poses alone draw it exactly while it is
 * between 0.75 and 1.5 times as long as at first.
 */
const ROD = 0.75;

/** Spatial tendons drawn as rods: one pair of bodies for each straight piece a tendon can have. */
export interface Tendons {
  readonly bodies: readonly BodyDescription[];
  /** Write the poses of `bodies` at `offset`; needs present frames. Pieces that are not there are hidden. */
  writePoses(out: Float32Array, offset: number): void;
}

/** Points a tendon's path has at most: two where it may touch a sphere or cylinder. */
function mostPoints(physics: Physics, tendon: number): number {
  const first = physics.model('tendon_adr')[tendon]!;
  const types = physics
    .model('wrap_type')
    .slice(first, first + physics.model('tendon_num')[tendon]!);
  if (types[0] === WRAP_JOINT) return 0;
  let points = 0;
  for (const type of types) points += type === WRAP_SPHERE || type === WRAP_CYLINDER ? 2 : 1;
  return points;
}

function isDrawn(physics: Physics, tendon: number): boolean {
  if (physics.model('tendon_group')[tendon]! >= FIRST_HIDDEN_GROUP) return false;
  return physics.model('tendon_rgba')[tendon * 4 + 3]! > 0 && mostPoints(physics, tendon) > 1;
}

/** The pose of a rod from `from` towards `to` (indices into `points`): turns z onto the direction. */
function writeRod(
  points: Float64Array,
  from: number,
  to: number,
  out: Float32Array,
  at: number,
): void {
  const [dx, dy, dz] = [0, 1, 2].map((k) => points[to * 3 + k]! - points[from * 3 + k]!);
  const length = Math.hypot(dx!, dy!, dz!);
  for (let k = 0; k < 3; k++) out[at + k] = points[from * 3 + k]!;
  // Half-way quaternion between z and the direction; straight down needs an axis of its own.
  const w = length > 0 ? 1 + dz! / length : 2;
  if (w < 1e-6) {
    out.set([0, 1, 0, 0], at + 3);
    return;
  }
  const scale = 1 / Math.sqrt(2 * w);
  out[at + 3] = w * scale;
  out[at + 4] = length > 0 ? (-dy! / length) * scale : 0;
  out[at + 5] = length > 0 ? (dx! / length) * scale : 0;
  out[at + 6] = 0;
}

function describeRod(
  physics: Physics,
  tendon: number,
  name: string,
  length: number,
): BodyDescription {
  const [r, g, b, a] = physics.model('tendon_rgba').slice(tendon * 4, tendon * 4 + 4);
  const half = (ROD * length) / 2;
  const geom: Geom = {
    shape: 'capsule',
    size: [physics.model('tendon_width')[tendon]!, half],
    position: [0, 0, half],
    quaternion: [1, 0, 0, 0],
    colour: [r!, g!, b!, a!],
    roughness: 0.6,
  };
  return { id: name, role: 'robot', geoms: [geom] };
}

/** Needs the simulation at its initial state. */
export function createTendons(physics: Physics): Tendons {
  const all = Array.from({ length: physics.sizes.ntendon }, (_, t) => t);
  const drawn = all.filter((t) => isDrawn(physics, t));
  const pieces = drawn.map((t) => mostPoints(physics, t) - 1);
  const path = new Float64Array(3 * (Math.max(0, ...pieces) + 1));
  const bodies: BodyDescription[] = [];
  drawn.forEach((tendon, i) => {
    const points = physics.tendonPath(tendon, path);
    const gap = (p: number) =>
      Math.hypot(...[0, 1, 2].map((k) => path[p * 3 + 3 + k]! - path[p * 3 + k]!));
    const name = physics.label('tendon', tendon);
    for (let p = 0; p < pieces[i]!; p++) {
      const length = p + 1 < points ? gap(p) : gap(0);
      for (const end of ['a', 'b'])
        bodies.push(describeRod(physics, tendon, `${name}-${p}${end}`, length));
    }
  });
  return {
    bodies,
    writePoses(out, offset) {
      let at = offset;
      for (let i = 0; i < drawn.length; i++) {
        const points = physics.tendonPath(drawn[i]!, path);
        for (let p = 0; p < pieces[i]!; p++, at += 2 * POSE_SIZE) {
          if (p + 1 >= points) {
            out.fill(0, at, at + 2 * POSE_SIZE);
            continue;
          }
          writeRod(path, p, p + 1, out, at);
          writeRod(path, p + 1, p, out, at + POSE_SIZE);
        }
      }
    },
  };
}
