/** Lines on the ground: where the agent was, and where it would go. */
import * as THREE from 'three';

const TRAIL_POINTS = 240;
const LIFT = 0.12;
/** Metres between two points of the trail on the road. */
const LEAST_MOVE = 0.02;
/** Width of lines around a robot, per metre of its size, as a share of those on the road. */
const ROBOT_WIDTH = 0.035;
const SAFE = new THREE.Color(0x51cf66);
const DANGER = new THREE.Color(0xff5252);

/** Metres between points below which a ribbon keeps its direction: it may be going straight up. */
const SIDEWAYS = 1e-4;

/** A flat ribbon of fixed capacity, rewritten in place; `halfWidth` in metres at scale 1. */
function createRibbon(capacity: number, halfWidth: number, opacity: number) {
  let width = halfWidth;
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
    setScale(scale: number) {
      width = halfWidth * scale;
    },
    /** Points as x, y, z; colour per point through `tint`. */
    write(
      points: ArrayLike<number>,
      n: number,
      lift: number,
      tint: (i: number, out: THREE.Color) => void,
    ) {
      let ux = 1;
      let uy = 0;
      for (let i = 0; i < n; i++) {
        const p = Math.max(0, i - 1);
        const q = Math.min(n - 1, i + 1);
        const dx = points[3 * q]! - points[3 * p]!;
        const dy = points[3 * q + 1]! - points[3 * p + 1]!;
        const along = Math.hypot(dx, dy);
        if (along > SIDEWAYS) {
          ux = dx / along;
          uy = dy / along;
        }
        tint(i, colour);
        for (let side = 0; side < 2; side++) {
          const sign = side === 0 ? 1 : -1;
          const at = 6 * i + 3 * side;
          positions[at] = points[3 * i]! - sign * uy * width;
          positions[at + 1] = points[3 * i + 1]! + sign * ux * width;
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
  /**
   * Fit lines to a scene. `size`: metres of its subject; on the road lines lie on the ground, around
   * a robot they float where its body or hand was.
   */
  setScene(size: number, onGround: boolean): void;
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
  let ground = true;
  let nearest = LEAST_MOVE;
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
      if (moved < nearest) return;
      points.push(x, y, z);
      humans.push(human);
      if (humans.length > TRAIL_POINTS) {
        points.splice(0, 3);
        humans.shift();
      }
      trail.write(points, humans.length, ground ? LIFT : 0, (i, out) =>
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
      path.write(list, n, ground ? LIFT - (list[2] ?? 0) * 0.75 : 0, (i, out) =>
        out.copy(SAFE).lerp(DANGER, Math.min(1, risks[i]!)),
      );
      path.mesh.visible = n > 1;
    },
    clearPath() {
      path.mesh.visible = false;
    },
    setScene(size, onGround) {
      ground = onGround;
      nearest = onGround ? LEAST_MOVE : 0.004 * size;
      for (const ribbon of [trail, path]) ribbon.setScale(onGround ? 1 : size * ROBOT_WIDTH);
    },
    dispose() {
      trail.dispose();
      path.dispose();
    },
  };
}
