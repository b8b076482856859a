/** Contacts, joints and forces as arrows and rods over the robot, drawn through it. */
import * as THREE from 'three';
import type { ForceScale } from './force-words.ts';

/** Numbers per contact and joint, as they come in frames. */
const CONTACT = 6;
const JOINT = 8;
const MOST = 32;
/** Share of the scene's size that the strongest force of the last seconds is long. */
const LONGEST = 0.25;
/** Share of the reference that is forgotten per picture: an impact must not dwarf what follows for long. */
const FORGET = 0.01;

const CONTACT_COLOUR = new THREE.Color(0xffd43b);
const IDLE = new THREE.Color(0x74c0fc);
const LOADED = new THREE.Color(0xff6b6b);
const UP = new THREE.Vector3(0, 1, 0);

export interface Forces {
  readonly root: THREE.Group;
  /** Of what is drawn; undefined: nothing is. */
  readonly scale: ForceScale | undefined;
  /** Contacts as x, y, z, fx, fy, fz (N); joints as anchor, axis, position, force. `size`: of the scene, m. */
  show(contacts: Float32Array | undefined, joints: Float32Array | undefined, size: number): void;
  hide(): void;
  dispose(): void;
}

function instanced(geometry: THREE.BufferGeometry): THREE.InstancedMesh {
  const material = new THREE.MeshBasicMaterial({
    transparent: true,
    opacity: 0.85,
    depthTest: false,
    fog: false,
    toneMapped: false,
  });
  const mesh = new THREE.InstancedMesh(geometry, material, MOST);
  mesh.frustumCulled = false;
  mesh.renderOrder = 10;
  mesh.count = 0;
  mesh.setColorAt(0, CONTACT_COLOUR);
  return mesh;
}

/** The strongest force lately: lengths are shares of it, because models weigh grams or tonnes. */
function createReference() {
  let reference = 0;
  return (strongest: number): number => {
    reference = Math.max(strongest, reference * (1 - FORGET));
    return reference > 0 ? reference : 1;
  };
}

export function createForces(): Forces {
  const root = new THREE.Group();
  // Unit shapes along +y, from the origin.
  const shafts = instanced(new THREE.CylinderGeometry(1, 1, 1, 10).translate(0, 0.5, 0));
  const heads = instanced(new THREE.ConeGeometry(1, 1, 14).translate(0, 0.5, 0));
  const dots = instanced(new THREE.SphereGeometry(1, 14, 10));
  const rods = instanced(new THREE.CylinderGeometry(1, 1, 1, 10));
  const meshes = [shafts, heads, dots, rods];
  root.add(...meshes);
  root.visible = false;
  const contactReference = createReference();
  const jointReference = createReference();
  let scaleNow: ForceScale | undefined;
  const matrix = new THREE.Matrix4();
  const at = new THREE.Vector3();
  const direction = new THREE.Vector3();
  const scale = new THREE.Vector3();
  const turn = new THREE.Quaternion();
  const tint = new THREE.Color();

  function place(mesh: THREE.InstancedMesh, i: number, width: number, length: number): void {
    matrix.compose(at, turn, scale.set(width, length, width));
    mesh.setMatrixAt(i, matrix);
    mesh.setColorAt(i, tint);
  }

  function drawContacts(list: Float32Array, size: number): Drawn {
    const n = Math.min(MOST, Math.floor(list.length / CONTACT));
    let strongest = 0;
    for (let i = 0; i < n; i++) strongest = Math.max(strongest, forceOf(list, i));
    const reference = contactReference(strongest);
    tint.copy(CONTACT_COLOUR);
    for (let i = 0; i < n; i++) {
      const c = i * CONTACT;
      const force = forceOf(list, i);
      // The root of the share: weak contacts stay visible beside an impact.
      const length = LONGEST * size * Math.sqrt(force / reference);
      at.set(list[c]!, list[c + 1]!, list[c + 2]!);
      direction.set(list[c + 3]!, list[c + 4]!, list[c + 5]!);
      turn.setFromUnitVectors(UP, force > 0 ? direction.divideScalar(force) : UP);
      place(dots, i, 0.009 * size, 0.009 * size);
      place(shafts, i, 0.005 * size, length);
      at.addScaledVector(direction, length);
      place(heads, i, 0.013 * size, 0.035 * size * Math.min(1, length / (0.035 * size)));
    }
    return { n, scale: n > 0 ? reference : undefined };
  }

  function drawJoints(list: Float32Array, size: number): Drawn {
    const n = Math.min(MOST, Math.floor(list.length / JOINT));
    let strongest = 0;
    for (let j = 0; j < n; j++) strongest = Math.max(strongest, Math.abs(list[j * JOINT + 7]!));
    const reference = jointReference(strongest);
    for (let j = 0; j < n; j++) {
      const c = j * JOINT;
      const load = Math.min(1, Math.abs(list[c + 7]!) / reference);
      at.set(list[c]!, list[c + 1]!, list[c + 2]!);
      direction.set(list[c + 3]!, list[c + 4]!, list[c + 5]!).normalize();
      turn.setFromUnitVectors(UP, direction);
      tint.copy(IDLE).lerp(LOADED, load);
      place(rods, j, 0.005 * size * (1 + load), 0.09 * size);
    }
    return { n, scale: n > 0 ? reference : undefined };
  }

  return {
    root,
    show(contacts, joints, size) {
      root.visible = true;
      const c = contacts ? drawContacts(contacts, size) : NONE;
      const j = joints ? drawJoints(joints, size) : NONE;
      scaleNow = { contact: c.scale, joint: j.scale };
      shafts.count = heads.count = dots.count = c.n;
      rods.count = j.n;
      for (const mesh of meshes) {
        mesh.instanceMatrix.needsUpdate = true;
        if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
      }
    },
    get scale() {
      return root.visible ? scaleNow : undefined;
    },
    hide() {
      root.visible = false;
    },
    dispose() {
      for (const mesh of meshes) {
        mesh.geometry.dispose();
        (mesh.material as THREE.Material).dispose();
        mesh.dispose();
      }
    },
  };
}

interface Drawn {
  readonly n: number;
  readonly scale: number | undefined;
}

const NONE: Drawn = { n: 0, scale: undefined };

function forceOf(list: Float32Array, i: number): number {
  const c = i * CONTACT;
  return Math.hypot(list[c + 3]!, list[c + 4]!, list[c + 5]!);
}
