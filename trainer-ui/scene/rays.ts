/** What the agent's lidar sees: how far it is free around it, and rays to what they meet, the redder the nearer. */
import * as THREE from 'three';

/** Numbers before the rays, and per ray. */
const ORIGIN = 3;
const RAY = 4;
const MOST = 720;
const NEAR = new THREE.Color(0xff3b30);
const FAR = new THREE.Color(0x4dabf7);

export interface Rays {
  readonly root: THREE.Group;
  /** Origin, then per ray its end and what share of its range that is; undefined: none are drawn. */
  show(numbers: Float32Array | undefined): void;
  dispose(): void;
}

/** Buffers that are written in place: no allocation per picture. */
function createBuffers(points: number) {
  const geometry = new THREE.BufferGeometry();
  const positions = new THREE.BufferAttribute(new Float32Array(3 * points), 3);
  const colours = new THREE.BufferAttribute(new Float32Array(3 * points), 3);
  geometry.setAttribute('position', positions);
  geometry.setAttribute('color', colours);
  geometry.setDrawRange(0, 0);
  return { geometry, positions, colours };
}

export function createRays(): Rays {
  const root = new THREE.Group();
  const look = { vertexColors: true, transparent: true, depthWrite: false, toneMapped: false };
  const fan = createBuffers(2 * MOST);
  const ends = createBuffers(MOST);
  const lines = new THREE.LineSegments(
    fan.geometry,
    new THREE.LineBasicMaterial({ ...look, opacity: 0.6 }),
  );
  const dots = new THREE.Points(
    ends.geometry,
    new THREE.PointsMaterial({ ...look, size: 7, sizeAttenuation: false }),
  );
  const rim = createBuffers(MOST);
  const outline = new THREE.LineLoop(
    rim.geometry,
    new THREE.LineBasicMaterial({ ...look, opacity: 0.9 }),
  );
  for (const part of [lines, dots, outline]) {
    part.frustumCulled = false;
    part.renderOrder = 9;
    root.add(part);
  }
  root.visible = false;
  const tint = new THREE.Color();

  /** Rays that met nothing are in the outline alone, which is how far it sees. */
  function write(numbers: Float32Array): void {
    const [x, y, z] = numbers as unknown as [number, number, number];
    const count = Math.min(MOST, Math.floor((numbers.length - ORIGIN) / RAY));
    let n = 0;
    for (let i = 0; i < count; i++) {
      const at = ORIGIN + RAY * i;
      const share = numbers[at + 3]!;
      tint.copy(NEAR).lerp(FAR, share);
      const [ex, ey, ez] = [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!];
      rim.positions.setXYZ(i, ex, ey, ez);
      rim.colours.setXYZ(i, tint.r, tint.g, tint.b);
      if (share >= 1) continue;
      fan.positions.setXYZ(2 * n, x, y, z);
      fan.positions.setXYZ(2 * n + 1, ex, ey, ez);
      ends.positions.setXYZ(n, ex, ey, ez);
      fan.colours.setXYZ(2 * n, tint.r, tint.g, tint.b);
      fan.colours.setXYZ(2 * n + 1, tint.r, tint.g, tint.b);
      ends.colours.setXYZ(n++, tint.r, tint.g, tint.b);
    }
    rim.geometry.setDrawRange(0, count);
    fan.geometry.setDrawRange(0, 2 * n);
    ends.geometry.setDrawRange(0, n);
  }

  let drawn: Float32Array | undefined;
  return {
    root,
    show(numbers) {
      root.visible = numbers !== undefined;
      if (!numbers || numbers === drawn) return;
      drawn = numbers;
      write(numbers);
      for (const { positions, colours } of [fan, ends, rim]) {
        positions.needsUpdate = true;
        colours.needsUpdate = true;
      }
    },
    dispose() {
      for (const part of [lines, dots, outline]) {
        part.geometry.dispose();
        part.material.dispose();
      }
    },
  };
}
