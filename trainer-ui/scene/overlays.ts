/** Lines on the ground: where the agent was, and where it would go. */
import * as THREE from 'three';

const TRAIL_POINTS = 240;
const LIFT = 0.12;
/** Metres between two points of the trail on the road. */
const LEAST_MOVE = 0.02;
/** Width of lines around a robot, per metre of its size, as a share of those on the road. */
const ROBOT_WIDTH = 0.035;
const SAFE = new THREE.Color(0x51cf66);
const DANGER = new THREE.Color(0xff3b30);
/** Opacity of the part of the path that something stands in front of: mostly the agent itself. */
const BEHIND = 0.4;
/** Height of the warning sign on the road, m. */
const SIGN = 0.8;

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
    forceSinglePass: true, // flat: its back and front never lie behind each other
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

/** Where damage would be done: a sign that nothing hides. */
function createSign() {
  const size = 64;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d')!;
  context.fillStyle = `#${DANGER.getHexString()}`;
  context.strokeStyle = '#fff';
  context.lineWidth = 4;
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2 - 3, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.fillStyle = '#fff';
  context.font = 'bold 44px sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('!', size / 2, size / 2 + 2);
  const map = new THREE.CanvasTexture(canvas);
  map.colorSpace = THREE.SRGBColorSpace;
  const material = new THREE.SpriteMaterial({ map, depthTest: false, toneMapped: false });
  const sprite = new THREE.Sprite(material);
  sprite.renderOrder = 2;
  sprite.visible = false;
  return {
    sprite,
    dispose() {
      map.dispose();
      material.dispose();
    },
  };
}

/** The ribbon's picture through whatever hides it. */
function createGhost(of: THREE.Mesh<THREE.BufferGeometry, THREE.MeshBasicMaterial>) {
  const material = of.material.clone();
  material.opacity *= BEHIND;
  material.depthFunc = THREE.GreaterDepth;
  const mesh = new THREE.Mesh(of.geometry, material);
  mesh.frustumCulled = false;
  mesh.renderOrder = 1; // after what hides it
  return mesh;
}

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
  const path = createRibbon(64, 0.3, 0.85);
  path.mesh.material.toneMapped = false;
  const ghost = createGhost(path.mesh);
  const sign = createSign();
  const points: number[] = [];
  const humans: boolean[] = [];
  let ground = true;
  let scale = 1;
  let nearest = LEAST_MOVE;
  root.add(trail.mesh, path.mesh, ghost, sign.sprite);
  trail.mesh.visible = false;
  show(false);

  function show(visible: boolean): void {
    path.mesh.visible = visible;
    ghost.visible = visible;
    if (!visible) sign.sprite.visible = false;
  }

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
      const lift = ground ? LIFT - (list[2] ?? 0) * 0.75 : 0;
      path.write(list, n, lift, (i, out) => out.copy(SAFE).lerp(DANGER, Math.min(1, risks[i]!)));
      show(n > 1);
      const at = risks.indexOf(1);
      sign.sprite.visible = n > 1 && at >= 0;
      if (at < 0) return;
      const height = SIGN * scale;
      sign.sprite.scale.set(height, height, 1);
      sign.sprite.position.set(list[3 * at]!, list[3 * at + 1]!, list[3 * at + 2]! + 2.5 * height);
    },
    clearPath: () => show(false),
    setScene(size, onGround) {
      ground = onGround;
      nearest = onGround ? LEAST_MOVE : 0.004 * size;
      scale = onGround ? 1 : size * ROBOT_WIDTH;
      for (const ribbon of [trail, path]) ribbon.setScale(scale);
    },
    dispose() {
      trail.dispose();
      path.dispose();
      ghost.material.dispose();
      sign.dispose();
    },
  };
}
