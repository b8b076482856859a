/** SceneDescription to three.js objects. z is up, as in the simulation. */
import * as THREE from 'three';
import type {
  BodyDescription,
  Geom,
  Look,
  MeshData,
  SceneDescription,
} from '../../server/protocol/index.ts';
import { POSE_SIZE } from '../../server/protocol/index.ts';
import { isHidden } from '../core/frame-buffer.ts';
import { graphics } from './graphics.ts';
import { createPictureTexture, type PictureTexture } from './picture-texture.ts';
import { createSkin, type Skin } from './skin.ts';

/** Side of an endless plane, metres: beyond what fog leaves of it. */
const ENDLESS = 4000;
/** Roughness from which a surface has no highlight worth its price. */
const MATTE = 0.85;

export interface BuiltScene {
  readonly root: THREE.Group;
  /** In the order of the pose stream. */
  readonly bodies: readonly THREE.Group[];
  readonly skins: readonly Skin[];
  readonly agent: number;
  /** Where the environment draws itself. */
  readonly picture: PictureTexture | undefined;
  /** (bodies · 7) */
  setPoses(poses: Float32Array): void;
  dispose(): void;
}

export function buildScene(description: SceneDescription): BuiltScene {
  const shared = createShared(description);
  const root = new THREE.Group();
  const bodies = description.bodies.map((body) => {
    const group = shared.group(body);
    group.visible = false;
    root.add(group);
    return group;
  });
  for (const body of description.statics) {
    const group = shared.group(body);
    group.position.set(...body.position);
    const [w, x, y, z] = body.quaternion;
    group.quaternion.set(x, y, z, w);
    group.updateMatrixWorld();
    group.traverse((o) => {
      o.matrixAutoUpdate = false;
    });
    root.add(group);
  }
  const skins = (description.skins ?? []).map((skin) =>
    createSkin(skin, shared.material(skin, true, false)),
  );
  for (const { object } of skins) root.add(object);
  const agent = description.bodies.findIndex((b) => b.id === description.agentBody);
  return {
    root,
    bodies,
    skins,
    agent,
    picture: shared.picture,
    setPoses(poses) {
      place(bodies, poses);
      for (const skin of skins) skin.setPoses(poses);
    },
    dispose() {
      for (const skin of skins) skin.dispose();
      shared.dispose();
    },
  };
}

function place(bodies: readonly THREE.Group[], poses: Float32Array): void {
  const n = Math.min(bodies.length, Math.floor(poses.length / POSE_SIZE));
  for (let i = 0; i < n; i++) {
    const body = bodies[i]!;
    const at = i * POSE_SIZE;
    body.visible = !isHidden(poses, at);
    if (!body.visible) continue;
    body.position.set(poses[at]!, poses[at + 1]!, poses[at + 2]!);
    body.quaternion.set(poses[at + 4]!, poses[at + 5]!, poses[at + 6]!, poses[at + 3]!);
  }
}

/** Geometries, materials and textures, each made once per scene. */
function createShared(description: SceneDescription) {
  const geometries = new Map<string, THREE.BufferGeometry>();
  const materials = new Map<string, THREE.Material>();
  const textures = new Map<string, THREE.Texture>();
  const size = description.picture ? description.textures[description.picture] : undefined;
  const picture = size && createPictureTexture(size);

  function geometry(geom: Geom): THREE.BufferGeometry {
    const key = `${geom.shape}:${geom.size.join(',')}:${geom.mesh ?? ''}`;
    let made = geometries.get(key);
    if (!made) {
      made = makeGeometry(geom, description);
      geometries.set(key, made);
    }
    return made;
  }

  function texture(name: string): THREE.Texture | undefined {
    const known = textures.get(name);
    const data = description.textures[name];
    if (known || !data) return known;
    const pixels = new Uint8Array(data.pixels);
    const made = new THREE.DataTexture(pixels, data.width, data.height);
    made.colorSpace = THREE.SRGBColorSpace;
    made.wrapS = made.wrapT = THREE.RepeatWrapping;
    made.magFilter = THREE.LinearFilter;
    made.minFilter = THREE.LinearMipmapLinearFilter;
    made.generateMipmaps = true;
    made.anisotropy = graphics().anisotropy;
    if (data.repeat) made.repeat.set(...data.repeat);
    made.needsUpdate = true;
    textures.set(name, made);
    return made;
  }

  function materialOf(geom: Geom): THREE.Material {
    const isSheet = geom.shape === 'mesh' || geom.shape === 'plane';
    const colours = geom.mesh !== undefined && description.meshes[geom.mesh]?.colours;
    return material(geom, isSheet, Boolean(colours), geom.shape === 'mesh');
  }

  /** `isSheet`: seen from both sides; `isFolded`: and one part of it may shade another. */
  function material(
    look: Look,
    isSheet: boolean,
    vertexColours: boolean,
    isFolded = isSheet,
  ): THREE.Material {
    if (picture && look.texture === description.picture) return picture.material;
    const [r, g, b, a] = look.colour;
    const { roughness = 0.75, metalness = 0, emissive, castShadow } = look;
    const finish = [look.colour, roughness, metalness, emissive, look.texture, castShadow];
    const key = [...finish, isSheet, isFolded, vertexColours].join('|');
    let made = materials.get(key);
    if (!made) {
      const colour = new THREE.Color().setRGB(r, g, b, THREE.SRGBColorSpace);
      const map = look.texture ? texture(look.texture) : undefined;
      const common = {
        color: colour,
        vertexColors: vertexColours,
        transparent: a < 1,
        opacity: a,
        side: isSheet ? THREE.DoubleSide : THREE.FrontSide,
        // Sheets drawn from both sides would shade themselves in stripes.
        ...(isFolded && castShadow ? { shadowSide: THREE.BackSide } : {}),
        ...(emissive ? { emissive: colour, emissiveIntensity: emissive } : {}),
        ...(map ? { map } : {}),
      };
      // Matte things look the same with the cheaper model: most pixels of a picture are such.
      made =
        !graphics().physical || (roughness >= MATTE && metalness === 0)
          ? new THREE.MeshLambertMaterial(common)
          : new THREE.MeshStandardMaterial({ ...common, roughness, metalness });
      materials.set(key, made);
    }
    return made;
  }

  return {
    material,
    picture,
    group(body: BodyDescription): THREE.Group {
      const group = new THREE.Group();
      group.name = body.id;
      for (const geom of body.geoms) {
        const mesh = new THREE.Mesh(geometry(geom), materialOf(geom));
        mesh.position.set(...geom.position);
        const [w, x, y, z] = geom.quaternion;
        mesh.quaternion.set(x, y, z, w);
        const ground = body.role === 'ground' || geom.shape === 'plane';
        mesh.castShadow = geom.castShadow ?? (!ground && body.role !== 'scenery');
        mesh.receiveShadow = true;
        mesh.updateMatrix();
        mesh.matrixAutoUpdate = false;
        group.add(mesh);
      }
      return group;
    },
    dispose() {
      for (const g of geometries.values()) g.dispose();
      for (const m of materials.values()) m.dispose();
      for (const t of textures.values()) t.dispose();
      picture?.dispose();
    },
  };
}

/** MuJoCo's half-sizes to three.js; cylinders and capsules turned from y to z. */
function makeGeometry(geom: Geom, description: SceneDescription): THREE.BufferGeometry {
  const [a = 1, b = a, c = a] = geom.size;
  switch (geom.shape) {
    case 'box':
      return new THREE.BoxGeometry(2 * a, 2 * b, 2 * c);
    case 'sphere':
      return new THREE.SphereGeometry(a, 28, 20);
    case 'ellipsoid':
      return new THREE.SphereGeometry(1, 28, 20).scale(a, b, c);
    case 'capsule':
      return new THREE.CapsuleGeometry(a, 2 * b, 8, 20).rotateX(Math.PI / 2);
    case 'cylinder':
      return new THREE.CylinderGeometry(a, a, 2 * b, 28).rotateX(Math.PI / 2);
    case 'plane':
      return planeGeometry(geom);
    case 'mesh':
    case 'heightfield': {
      const data = geom.mesh ? description.meshes[geom.mesh] : undefined;
      return data ? meshGeometry(data, geom) : new THREE.BufferGeometry();
    }
  }
}

/** MuJoCo's floors: a size of 0 is endless, and its texture then repeats per metre. */
function planeGeometry(geom: Geom): THREE.BufferGeometry {
  const [a = 0, b = 0] = geom.size;
  if (a > 0 && b > 0) return new THREE.PlaneGeometry(2 * a, 2 * b);
  const width = a > 0 ? 2 * a : ENDLESS;
  const height = b > 0 ? 2 * b : ENDLESS;
  const plane = new THREE.PlaneGeometry(width, height);
  const uv = plane.attributes['uv']!;
  // From the middle outwards, so that the pattern does not depend on the plane's size.
  for (let i = 0; i < uv.count; i++)
    uv.setXY(i, (uv.getX(i) - 0.5) * width, (uv.getY(i) - 0.5) * height);
  return plane;
}

function meshGeometry(data: MeshData, geom: Geom): THREE.BufferGeometry {
  const made = new THREE.BufferGeometry();
  made.setAttribute('position', new THREE.BufferAttribute(data.positions.slice(), 3));
  made.setIndex(new THREE.BufferAttribute(data.indices, 1));
  if (data.colours) made.setAttribute('color', new THREE.BufferAttribute(data.colours, 3));
  if (data.uvs) made.setAttribute('uv', new THREE.BufferAttribute(data.uvs, 2));
  if (geom.shape === 'mesh') made.scale(geom.size[0] ?? 1, geom.size[1] ?? 1, geom.size[2] ?? 1);
  if (data.normals) made.setAttribute('normal', new THREE.BufferAttribute(data.normals, 3));
  else made.computeVertexNormals();
  return made;
}
