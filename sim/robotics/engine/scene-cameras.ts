import type { CameraDescription, SceneDescription, Vec3 } from '../../contract.ts';
import type { Physics } from './physics.ts';
import { quaternionAt, sum, turned, vectorAt } from './vectors.ts';

/** MuJoCo's joint types that carry a body away: a robot on one is followed. */
const FREE_JOINT = 0;
const SLIDE_JOINT = 2;

/** Vertical field of view of the cameras made here, degrees. */
const FOV = 45;

interface Ball {
  readonly center: Vec3;
  readonly radius: number;
}

/** A ball around geoms of bodies, at the present poses, and points. Endless geoms have no radius and count as points. */
function ballAround(
  physics: Physics,
  bodies: ReadonlySet<number>,
  points: readonly Vec3[],
): Ball | undefined {
  const bodyOf = physics.model('geom_bodyid');
  const bound = physics.model('geom_rbound');
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const include = (point: Vec3, radius: number) => {
    for (let k = 0; k < 3; k++) {
      low[k] = Math.min(low[k]!, point[k]! - radius);
      high[k] = Math.max(high[k]!, point[k]! + radius);
    }
  };
  for (let g = 0; g < physics.sizes.ngeom; g++)
    if (bodies.has(bodyOf[g]!)) include(vectorAt(physics.geom_xpos, g), bound[g]!);
  for (const point of points) include(point, 0);
  const center = low.map((l, k) => (l + high[k]!) / 2);
  const radius = Math.hypot(...low.map((l, k) => (high[k]! - l) / 2));
  if (!Number.isFinite(radius) || radius <= 0) return undefined;
  return { center: [center[0]!, center[1]!, center[2]!], radius };
}

/** Whether the first joint of a body lets it travel. */
function travels(physics: Physics, body: number): boolean {
  if (physics.model('body_jntnum')[body] === 0) return false;
  const type = physics.model('jnt_type')[physics.model('body_jntadr')[body]!];
  return type === FREE_JOINT || type === SLIDE_JOINT;
}

/** Bodies that carry the vertices of a flex: each goes its own way. */
function flexBodies(physics: Physics): Set<number> {
  const all = ['flex_vertbodyid', 'flex_nodebodyid'].flatMap((name) => [...physics.model(name)]);
  return new Set(all);
}

/** MuJoCo's camera modes that keep their direction in the world while they travel with their body. */
const TRACK = 1;
const TRACK_COM = 2;
/** Those that turn towards a body, or its centre of mass, for which its origin stands here. */
const TARGET_BODY = 3;
const TARGET_BODY_COM = 4;

/** What a camera turns towards, where it does. */
function aimOf(
  physics: Physics,
  moving: readonly number[],
  camera: number,
): CameraDescription['aim'] {
  const mode = physics.model('cam_mode')[camera];
  const body = physics.model('cam_targetbodyid')[camera]!;
  if ((mode !== TARGET_BODY && mode !== TARGET_BODY_COM) || body < 0) return undefined;
  if (!moving.includes(body)) return { position: vectorAt(physics.xpos, body) };
  return { body: physics.label('body', body), position: [0, 0, 0] };
}

/** Cameras as the model's author placed them: still ones in the world, the others on their bodies. */
function ownCameras(
  physics: Physics,
  moving: readonly number[],
  distance: number,
): CameraDescription[] {
  return Array.from({ length: physics.sizes.ncam }, (_, c): CameraDescription => {
    const body = physics.model('cam_bodyid')[c]!;
    const place = vectorAt(physics.model('cam_pos'), c);
    const facing = quaternionAt(physics.model('cam_quat'), c);
    // A camera looks along −z of its frame, with y up.
    const ahead = turned(facing, [0, 0, -1]);
    const fov = Math.min(120, Math.max(10, physics.model('cam_fovy')[c]!));
    const base = { id: physics.label('camera', c), fov };
    const turn = quaternionAt(physics.xquat, body);
    const [offset, direction] = [turned(turn, place), turned(turn, ahead)];
    const target = (from: Vec3, along: Vec3) => sum(from, along, distance);
    const aim = aimOf(physics, moving, c);
    if (!moving.includes(body)) {
      const position = sum(vectorAt(physics.xpos, body), offset);
      const still = { ...base, position, target: target(position, direction) };
      return aim ? { ...still, kind: 'mounted', aim } : { ...still, kind: 'fixed' };
    }
    const onBody = { ...base, body: physics.label('body', body) };
    if (aim)
      return { ...onBody, kind: 'mounted', position: place, target: target(place, ahead), aim };
    const mode = physics.model('cam_mode')[c];
    if (mode === TRACK || mode === TRACK_COM)
      return { ...onBody, kind: 'orbit', position: offset, target: target(offset, direction) };
    const up = turned(facing, [0, 1, 0]);
    return { ...onBody, kind: 'mounted', position: place, target: target(place, ahead), up };
  });
}

/**
 * Cameras of a model that brings none of ours: one that shows what moves (and follows it where it
 * can travel), one from above, then the model's own. Needs the poses of the initial state. `bending`:
 * vertices of what bends.
 */
export function defaultCameras(
  physics: Physics,
  moving: readonly number[],
  bending: readonly Vec3[],
): CameraDescription[] {
  const whole: Ball = { center: physics.center, radius: physics.extent / 2 };
  const { center, radius } = ballAround(physics, new Set(moving), bending) ?? whole;
  const distance = Math.max(0.3, 2.6 * radius);
  const soft = flexBodies(physics);
  const followed = moving.find((b) => travels(physics, b) && !soft.has(b));
  const name = followed === undefined ? '' : physics.label('body', followed);
  const origin = name === '' ? [0, 0, 0] : physics.xpos.slice(followed! * 3, followed! * 3 + 3);
  const [x, y, z] = center.map((c, k) => c - origin[k]!) as [number, number, number];
  const base = { ...(name === '' ? {} : { body: name }), fov: FOV };
  const target: Vec3 = [x, y, z];
  const eye: Vec3 = [x + 0.55 * distance, y - 0.75 * distance, z + 0.4 * distance];
  const above: Vec3 = [x, y, z + 1.3 * distance];
  return [
    { id: 'orbit', kind: 'orbit', position: eye, target, ...base },
    { id: 'top', kind: 'top', position: above, target, ...base },
    ...ownCameras(physics, moving, distance),
  ];
}

/** Where the model is, by MuJoCo's own estimate. */
export function estimateBounds({ center: [x, y, z], extent }: Physics): SceneDescription['bounds'] {
  const half = extent / 2;
  return { min: [x - half, y - half, z - half], max: [x + half, y + half, z + half] };
}
