import type {
  BodyDescription,
  Geom,
  Look,
  MeshData,
  SceneDescription,
  ShapeKind,
  StaticBody,
  TextureData,
  Vec3,
} from '../../contract.ts';
import type { Physics } from './mujoco.ts';
import { createMesh, heightfieldMesh, meanColour, skyOf, textureOf } from './scene-assets.ts';
import { defaultCameras, estimateBounds } from './scene-cameras.ts';
import { FIRST_HIDDEN_GROUP, skinsOf, verticesOf } from './scene-skins.ts';
import type { SceneStyle } from './task.ts';
import type { Tendons } from './tendons.ts';

/** MuJoCo's `mjtGeom` in order; the signed distance field (8) is drawn as its mesh. */
const shapes: readonly (ShapeKind | undefined)[] = [
  'plane',
  'heightfield',
  'sphere',
  'capsule',
  'ellipsoid',
  'cylinder',
  'box',
  'mesh',
  'mesh',
];

/** Role of the RGB texture among a material's textures (mjTEXROLE_RGB) and how many roles there are. */
const ROLE_RGB = 1;
const ROLES = 10;

/** Bodies that can move: not welded to the world, or mocap. In the order of the pose stream. */
export function movingBodies(physics: Physics): number[] {
  const weld = physics.model('body_weldid');
  const mocap = physics.model('body_mocapid');
  const all = Array.from({ length: physics.sizes.nbody }, (_, i) => i);
  return all.filter((b) => weld[b] !== 0 || mocap[b]! >= 0);
}

interface Assets {
  readonly meshes: Record<string, MeshData>;
  readonly textures: Record<string, TextureData>;
}

function rgba(array: ArrayLike<number>, index: number): [number, number, number, number] {
  const at = index * 4;
  return [array[at]!, array[at + 1]!, array[at + 2]!, array[at + 3]!];
}

/** MuJoCo's colour of a geom that was given none. */
function isDefaultGrey(own: readonly number[]): boolean {
  return own[0] === 0.5 && own[1] === 0.5 && own[2] === 0.5 && own[3] === 1;
}

/** Colour and finish: its own colour unless that is MuJoCo's default grey and a material gives one. */
function appearance(physics: Physics, own: Look['colour'], material: number, assets: Assets): Look {
  if (material < 0) return { colour: own, roughness: 0.7, metalness: 0 };
  const roughness = physics.model('mat_roughness')[material]!;
  const metalness = physics.model('mat_metallic')[material]!;
  const look = {
    colour: isDefaultGrey(own) ? rgba(physics.model('mat_rgba'), material) : own,
    roughness: roughness >= 0 ? roughness : 1 - 0.8 * physics.model('mat_shininess')[material]!,
    metalness: Math.max(metalness, 0),
    emissive: physics.model('mat_emission')[material]!,
  };
  const texture = physics.model('mat_texid')[material * ROLES + ROLE_RGB]!;
  if (texture < 0) return look;
  const key = `material-${material}`;
  const data = (assets.textures[key] ??= textureOf(physics, texture, material));
  if (data.width > 0) return { ...look, texture: key };
  delete assets.textures[key];
  // Cube textures do not unroll onto shapes: their mean stands for them.
  const mean = meanColour(physics, texture);
  const tint = (k: 0 | 1 | 2) => look.colour[k] * mean[k];
  return { ...look, colour: [tint(0), tint(1), tint(2), look.colour[3]] };
}

function lookOf(
  physics: Physics,
  kind: 'geom' | 'skin' | 'flex',
  index: number,
  assets: Assets,
): Look {
  const own = rgba(physics.model(`${kind}_rgba`), index);
  return appearance(physics, own, physics.model(`${kind}_matid`)[index]!, assets);
}

/** Numbers of MuJoCo's three sizes that a shape has. */
function sizeCount(shape: ShapeKind): number {
  if (shape === 'sphere') return 1;
  return shape === 'capsule' || shape === 'cylinder' || shape === 'plane' ? 2 : 3;
}

/** Sizes as the contract wants them, and the mesh when the shape needs one. */
function shapeOf(physics: Physics, geom: number, assets: Assets): Partial<Geom> {
  const shape = shapes[physics.model('geom_type')[geom]!]!;
  const size = physics.model('geom_size');
  const at = geom * 3;
  const data = physics.model('geom_dataid')[geom]!;
  if (shape === 'mesh') {
    const key = `mesh-${data}`;
    assets.meshes[key] ??= createMesh(physics, data);
    return { shape, size: [1, 1, 1], mesh: key };
  }
  if (shape === 'heightfield') {
    const key = `heightfield-${data}`;
    assets.meshes[key] ??= heightfieldMesh(physics, data);
    return {
      shape,
      size: [...physics.model('hfield_size').slice(data * 4, data * 4 + 4)],
      mesh: key,
    };
  }
  return { shape, size: [...size.slice(at, at + sizeCount(shape))] };
}

function isDrawn(physics: Physics, geom: number): boolean {
  if (!shapes[physics.model('geom_type')[geom]!]) return false;
  if (physics.model('geom_group')[geom]! >= FIRST_HIDDEN_GROUP) return false;
  return physics.model('geom_rgba')[geom * 4 + 3]! > 0;
}

function geomsOf(physics: Physics, body: number, assets: Assets): Geom[] {
  const first = physics.model('body_geomadr')[body]!;
  const count = physics.model('body_geomnum')[body]!;
  const position = physics.model('geom_pos');
  const quaternion = physics.model('geom_quat');
  const geoms: Geom[] = [];
  for (let g = first; g < first + count; g++) {
    if (!isDrawn(physics, g)) continue;
    geoms.push({
      position: [position[g * 3]!, position[g * 3 + 1]!, position[g * 3 + 2]!],
      quaternion: rgba(quaternion, g),
      castShadow: physics.model('geom_type')[g] !== 0,
      ...lookOf(physics, 'geom', g, assets),
      ...shapeOf(physics, g, assets),
    } as Geom);
  }
  return geoms;
}

/** Sites as small geoms: MuJoCo's viewer draws them too. One that is clear is not drawn. */
function sitesOf(physics: Physics, body: number): Geom[] {
  const bodyOf = physics.model('site_bodyid');
  const geoms: Geom[] = [];
  for (let s = 0; s < physics.sizes.nsite; s++) {
    if (bodyOf[s] !== body || physics.model('site_group')[s]! >= FIRST_HIDDEN_GROUP) continue;
    const material = physics.model('site_matid')[s]!;
    const own = rgba(physics.model('site_rgba'), s);
    const colour =
      isDefaultGrey(own) && material >= 0 ? rgba(physics.model('mat_rgba'), material) : own;
    const shape = shapes[physics.model('site_type')[s]!];
    if (!shape || colour[3] <= 0) continue;
    const [x, y, z] = physics.model('site_pos').slice(s * 3, s * 3 + 3);
    const size = [...physics.model('site_size').slice(s * 3, s * 3 + 3)];
    geoms.push({
      shape,
      size: size.slice(0, sizeCount(shape)),
      position: [x!, y!, z!],
      quaternion: rgba(physics.model('site_quat'), s),
      colour,
      castShadow: false,
    });
  }
  return geoms;
}

function describe(
  physics: Physics,
  body: number,
  style: SceneStyle,
  assets: Assets,
): BodyDescription {
  const id = physics.label('body', body);
  const fallback = physics.model('body_weldid')[body] === 0 ? 'scenery' : 'robot';
  const geoms = [...geomsOf(physics, body, assets), ...sitesOf(physics, body)];
  return { id, role: style.roles?.[id] ?? fallback, geoms };
}

/** Floor planes of the world become their own `ground` body. */
function splitGround(world: StaticBody): StaticBody[] {
  const isPlane = (g: Geom) => g.shape === 'plane' || g.shape === 'heightfield';
  const ground: StaticBody = {
    ...world,
    id: 'ground',
    role: 'ground',
    geoms: world.geoms.filter(isPlane),
  };
  const rest: StaticBody = { ...world, geoms: world.geoms.filter((g) => !isPlane(g)) };
  return [ground, rest].filter((b) => b.geoms.length > 0);
}

/** The scene of a model: nothing in it is placed by hand. Needs the simulation at its initial state. */
export function createScene(
  physics: Physics,
  style: SceneStyle,
  tendons: Tendons,
): SceneDescription {
  const assets: Assets = { meshes: {}, textures: {} };
  physics.refreshPoses();
  const moving = movingBodies(physics);
  const isMoving = new Set(moving);
  const statics: StaticBody[] = [];
  for (let body = 0; body < physics.sizes.nbody; body++) {
    if (isMoving.has(body)) continue;
    const p = physics.xpos;
    const position: Vec3 = [p[body * 3]!, p[body * 3 + 1]!, p[body * 3 + 2]!];
    const description = describe(physics, body, style, assets);
    const still = { ...description, position, quaternion: rgba(physics.xquat, body) };
    statics.push(...(body === 0 ? splitGround(still) : [still]));
  }
  const stream = { moving, length: moving.length + tendons.bodies.length };
  const skins = skinsOf(physics, stream, (kind, i) => lookOf(physics, kind, i, assets));
  const bending = skins.flatMap((skin) => verticesOf(physics, stream, skin));
  const sky = skyOf(physics);
  if (sky) assets.textures['sky'] = sky;
  return {
    title: style.title,
    bodies: [...moving.map((body) => describe(physics, body, style, assets)), ...tendons.bodies],
    statics: statics.filter((s) => s.geoms.length > 0),
    ...(skins.length > 0 ? { skins } : {}),
    ...(sky ? { sky: 'sky' } : {}),
    meshes: assets.meshes,
    textures: assets.textures,
    cameras: style.cameras.length > 0 ? style.cameras : defaultCameras(physics, moving, bending),
    light: style.light,
    agentBody: style.agentBody || physics.label('body', moving[0] ?? 0),
    bounds: style.bounds ?? estimateBounds(physics),
  };
}
