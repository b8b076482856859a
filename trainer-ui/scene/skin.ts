/** What bends with several bodies: its vertices follow from the poses of the bodies, picture by picture. */
import * as THREE from 'three';
import { POSE_SIZE, type SkinDescription } from '../../server/protocol/index.ts';

export interface Skin {
  readonly object: THREE.Object3D;
  /** Numbers as in the pose stream. */
  setPoses(poses: Float32Array): void;
  dispose(): void;
}

/** Sides of a drawn thread. */
const SIDES = 10;

export function createSkin(description: SkinDescription, material: THREE.Material): Skin {
  const vertices = new Float32Array(3 * (description.starts.length - 1));
  const { threadRadius } = description;
  const drawn =
    threadRadius === undefined
      ? createSurface(description, vertices, material)
      : createThreads(description, vertices, threadRadius, material);
  drawn.object.name = description.id;
  drawn.object.castShadow = description.castShadow ?? true;
  drawn.object.receiveShadow = true;
  // It may be far from where it was first.
  drawn.object.frustumCulled = false;
  return {
    object: drawn.object,
    setPoses(poses) {
      placeVertices(description, poses, vertices);
      drawn.update();
    },
    dispose: drawn.dispose,
  };
}

/** Every vertex is the weighted sum of points fixed to bodies. */
export function placeVertices(
  skin: SkinDescription,
  poses: Float32Array,
  vertices: Float32Array,
): void {
  const { starts, bodies, weights, offsets } = skin;
  for (let v = 0; v + 1 < starts.length; v++) {
    let [sumX, sumY, sumZ] = [0, 0, 0];
    for (let i = starts[v]!; i < starts[v + 1]!; i++) {
      const weight = weights[i]!;
      const [a, b, c] = [offsets[3 * i]!, offsets[3 * i + 1]!, offsets[3 * i + 2]!];
      const at = bodies[i]! * POSE_SIZE;
      if (at >= poses.length) {
        sumX += weight * a;
        sumY += weight * b;
        sumZ += weight * c;
        continue;
      }
      const [w, x, y, z] = [poses[at + 3]!, poses[at + 4]!, poses[at + 5]!, poses[at + 6]!];
      const [tx, ty, tz] = [2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)];
      sumX += weight * (poses[at]! + a + w * tx + y * tz - z * ty);
      sumY += weight * (poses[at + 1]! + b + w * ty + z * tx - x * tz);
      sumZ += weight * (poses[at + 2]! + c + w * tz + x * ty - y * tx);
    }
    vertices[3 * v] = sumX;
    vertices[3 * v + 1] = sumY;
    vertices[3 * v + 2] = sumZ;
  }
}

interface Drawn {
  readonly object: THREE.Mesh;
  /** The vertices have moved. */
  update(): void;
  dispose(): void;
}

function createSurface(
  { indices, uvs, inflate = 0 }: SkinDescription,
  vertices: Float32Array,
  material: THREE.Material,
): Drawn {
  const geometry = new THREE.BufferGeometry();
  const position = new THREE.BufferAttribute(vertices, 3).setUsage(THREE.DynamicDrawUsage);
  geometry.setAttribute('position', position);
  geometry.setIndex(new THREE.BufferAttribute(indices, 1));
  if (uvs) geometry.setAttribute('uv', new THREE.BufferAttribute(uvs, 2));
  return {
    object: new THREE.Mesh(geometry, material),
    update() {
      geometry.computeVertexNormals();
      if (inflate !== 0) {
        const normals = geometry.attributes['normal']!.array;
        for (let i = 0; i < vertices.length; i++) vertices[i]! += inflate * normals[i]!;
      }
      position.needsUpdate = true;
    },
    dispose: () => geometry.dispose(),
  };
}

function createThreads(
  { indices }: SkinDescription,
  vertices: Float32Array,
  radius: number,
  material: THREE.Material,
): Drawn {
  const geometry = new THREE.CapsuleGeometry(radius, 1, 4, SIDES);
  const pieces = new THREE.InstancedMesh(geometry, material, indices.length / 2);
  const [from, to, middle, scale] = [0, 1, 2, 3].map(() => new THREE.Vector3()) as [
    THREE.Vector3,
    THREE.Vector3,
    THREE.Vector3,
    THREE.Vector3,
  ];
  const turn = new THREE.Quaternion();
  const along = new THREE.Vector3(0, 1, 0);
  const matrix = new THREE.Matrix4();
  return {
    object: pieces,
    update() {
      for (let i = 0; i < pieces.count; i++) {
        from.fromArray(vertices, 3 * indices[2 * i]!);
        to.fromArray(vertices, 3 * indices[2 * i + 1]!);
        middle.addVectors(from, to).multiplyScalar(0.5);
        to.sub(from);
        scale.set(1, to.length(), 1);
        turn.setFromUnitVectors(along, to.normalize());
        pieces.setMatrixAt(i, matrix.compose(middle, turn, scale));
      }
      pieces.instanceMatrix.needsUpdate = true;
    },
    dispose() {
      pieces.dispose();
      geometry.dispose();
    },
  };
}
