/** Lines on the ground: where the agent was, and where it would go. */
import * as THREE from 'three';

const TRAIL_POINTS = 240;
const LIFT = 0.12;
const SAFE = new THREE.Color(0x51cf66);
const DANGER = new THREE.Color(0xff5252);

/** A flat ribbon of fixed capacity, rewritten in place. */
function createRibbon(capacity: number, halfWidth: number, opacity: number) {
  const positions = new Float32Array(capacity * 6);
  const colours = new Float32Array(capacity * 6);
  const indices: number[] = [];
  for (let i = 0; i + 1 < capacity; i++) {
    const a = 2 * i;
    indices.push(a, a + 1, a + 2, a + 1, a + 3, a + 2);
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute('position', new THREE.BufferAttribute(positions, 3));
  geometry.setAttribute('color', new THREE.BufferAttribute(colours, 3));
  geometry.setIndex(indices);
  const material = new THREE.MeshBasicMaterial({
    vertexColors: true,
    transparent: true,
    opacity,
    depthWrite: false,
    side: THREE.DoubleSide,
    polygonOffset: true,
    polygonOffsetFactor: -4,
  });
  const mesh = new THREE.Mesh(geometry, material);
  mesh.frustumCulled = false;
  return {
    mesh,
    /** Points as x, y, z; colour per point through `tint`. */
    write(
      points: ArrayLike<number>,
      n: number,
      lift: number,
      tint: (i: number, out: THREE.Color) => void,
    ) {
      for (let i = 0; i < n; i++) {
        const p = Math.max(0, i - 1);
        const q = Math.min(n - 1, i + 1);
        const dx = points[3 * q]! - points[3 * p]!;
        const dy = points[3 * q + 1]! - points[3 * p + 1]!;
        const scale = halfWidth / Math.max(1e-6, Math.hypot(dx, dy));
        tint(i, colour);
        for (let side = 0; side < 2; side++) {
          const sign = side === 0 ? 1 : -1;
          const at = 6 * i + 3 * side;
          positions[at] = points[3 * i]! - sign * dy * scale;
          positions[at + 1] = points[3 * i + 1]! + sign * dx * scale;
          positions[at + 2] = points[3 * i + 2]! + lift;
          colours[at] = colour.r;
          colours[at + 1] = colour.g;
          colours[at + 2] = colour.b;
        }
      }
      geometry.setDrawRange(0, Math.max(0, 6 * (n - 1)));
      geometry.attributes['position']!.needsUpdate = true;
      geometry.attributes['color']!.needsUpdate = true;
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}

const colour = new THREE.Color();

export interface Overlays {
  readonly root: THREE.Group;
  trail(x: number, y: number, z: number, human: boolean): void;
  clearTrail(): void;
  path(points: Float32Array, risks: Float32Array): void;
  clearPath(): void;
  dispose(): void;
}

const TRAIL_POLICY = new THREE.Color(0x4dabf7);
const TRAIL_HUMAN = new THREE.Color(0xff922b);

export function createOverlays(): Overlays {
  const root = new THREE.Group();
  const trail = createRibbon(TRAIL_POINTS, 0.09, 0.75);
  const path = createRibbon(64, 0.22, 0.6);
  const points: number[] = [];
  const humans: boolean[] = [];
  root.add(trail.mesh, path.mesh);
  trail.mesh.visible = false;
  path.mesh.visible = false;
  return {
    root,
    trail(x, y, z, human) {
      const n = humans.length;
      const moved =
        n === 0
          ? 1
          : Math.hypot(x - points[3 * n - 3]!, y - points[3 * n - 2]!, z - points[3 * n - 1]!);
      if (moved < 0.02) return;
      points.push(x, y, z);
      humans.push(human);
      if (humans.length > TRAIL_POINTS) {
        points.splice(0, 3);
        humans.shift();
      }
      trail.write(points, humans.length, LIFT, (i, out) =>
        out.copy(humans[i] ? TRAIL_HUMAN : TRAIL_POLICY),
      );
      trail.mesh.visible = humans.length > 1;
    },
    clearTrail() {
      points.length = 0;
      humans.length = 0;
      trail.mesh.visible = false;
    },
    path(list, risks) {
      const n = Math.min(64, risks.length);
      // The simulation's reference point is above the ground.
      path.write(list, n, LIFT - (list[2] ?? 0) * 0.75, (i, out) =>
        out.copy(SAFE).lerp(DANGER, Math.min(1, risks[i]!)),
      );
      path.mesh.visible = n > 1;
    },
    clearPath() {
      path.mesh.visible = false;
    },
    dispose() {
      trail.dispose();
      path.dispose();
    },
  };
}
