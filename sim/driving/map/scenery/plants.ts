/** Trees and bushes: woods by noise, single trees between them, none near a lane. */
import { createRandom, type Random } from '../../../random.ts';
import { addTaper, type Colour, type MeshBuilder, type Placement } from './mesh-builder.ts';
import { mix, palette, shade } from './palette.ts';
import type { Site } from './site.ts';
import { createNoise } from './terrain.ts';

const STREAM = 0x7472;
/** Metres around the map where plants grow, between places for them, and from crown to lane. */
const AROUND = 120;
const GRID = 8.5;
const CLEARANCE = 4.2;
/** From here on a tree is small in every picture and gets fewer triangles. */
const FAR = 60;
/** Bounds what a map costs to draw, whatever its size. */
const MOST = 520;

export function addPlants(site: Site, mesh: MeshBuilder): void {
  const { map, terrain } = site;
  const random = createRandom(map.seed, STREAM);
  const woods = createNoise(map.seed + 2);
  const { minX, minY, maxX, maxY } = map.bounds;
  const area = (maxX - minX + 2 * AROUND) * (maxY - minY + 2 * AROUND);
  // Large maps have their trees farther apart rather than more of them.
  const grid = GRID * Math.max(1, Math.sqrt(area / (MOST * GRID * GRID * 9)));
  let count = 0;
  for (let y = minY - AROUND; y < maxY + AROUND; y += grid) {
    for (let x = minX - AROUND; x < maxX + AROUND; x += grid) {
      const [px, py] = [x + random.uniform(0, grid), y + random.uniform(0, grid)];
      const [chance, size, kind] = [random.next(), random.uniform(0.75, 1.35), random.next()];
      const distance = terrain.roadDistance(px, py);
      const wood = woods(px / 70, py / 70);
      const dense = 0.06 + 0.55 * Math.max(0, wood - 0.1) + (distance < 32 ? 0.1 : 0);
      if (chance > dense * Math.max(0.3, 1 - distance / 260) || count >= MOST) continue;
      const radius = 2.1 * size;
      if (!site.free(px, py, radius + CLEARANCE)) continue;
      site.take(px, py, radius * 0.7);
      const at = { x: px, y: py, z: terrain.height(px, py) - 0.1, heading: kind * 6 };
      addPlant(mesh, at, size, kind + (wood > 0.35 ? 0.15 : 0), distance > FAR, random);
      count++;
    }
  }
}

function addPlant(
  mesh: MeshBuilder,
  at: Placement,
  size: number,
  kind: number,
  far: boolean,
  random: Random,
): void {
  const tint = random.uniform(0.86, 1.12);
  if (kind < 0.12) addBlob(mesh, at, 0.5 * size, 1.1 * size, 0.9, palette.bush, palette.leaf, 6);
  else if (kind < 0.55) addBroadleaf(mesh, at, size, far, tint, random);
  else addConifer(mesh, at, size * random.uniform(0.9, 1.3), far, tint);
}

function addConifer(mesh: MeshBuilder, at: Placement, size: number, far: boolean, tint: number) {
  const sides = far ? 5 : 8;
  addTaper(mesh, at, 5, [-0.4, 0.22 * size], [1.6 * size, 0.16 * size], palette.trunk);
  const layers = far ? 2 : 3;
  for (let i = 0; i < layers; i++) {
    const t = i / layers;
    const bottom = (1 + 4.6 * t) * size;
    const radius = (1.9 - 1.25 * t) * size;
    const top = bottom + (far ? 3.6 : 2.9) * size * (1 - 0.2 * t);
    const low = shade(palette.conifer, tint * (0.62 + 0.2 * t));
    const tip = shade(mix(palette.conifer, palette.coniferTip, 0.5 + 0.5 * t), tint);
    addTaper(mesh, { ...at, heading: at.heading + i }, sides, [bottom, radius], [top, 0], low, tip);
  }
}

function addBroadleaf(
  mesh: MeshBuilder,
  at: Placement,
  size: number,
  far: boolean,
  tint: number,
  random: Random,
): void {
  addTaper(mesh, at, 5, [-0.4, 0.24 * size], [2.6 * size, 0.15 * size], palette.trunk);
  const special = random.next();
  const tip = special < 0.05 ? palette.autumn : special < 0.08 ? palette.blossom : palette.leafTip;
  const [low, high] = [shade(palette.leaf, 0.62 * tint), shade(mix(palette.leaf, tip, 0.75), tint)];
  const sides = far ? 5 : 8;
  addBlob(mesh, at, 3.6 * size, 1.85 * size, 0.95, low, high, sides);
  if (far) return;
  for (let i = 0; i < 2; i++) {
    const angle = at.heading + 1.3 + i * (2.2 + random.next());
    const out = 0.95 * size;
    const part = { ...at, x: at.x + out * Math.cos(angle), y: at.y + out * Math.sin(angle) };
    addBlob(mesh, part, (2.9 + 1.2 * i) * size, 1.15 * size, 0.9, low, high, 6);
  }
}

/** Smooth ellipsoid around a height, darker below: three rings and two tips. */
function addBlob(
  mesh: MeshBuilder,
  at: Placement,
  z: number,
  radius: number,
  flatness: number,
  low: Colour,
  high: Colour,
  sides: number,
): void {
  const rings = [-0.6, 0.05, 0.65].map((latitude) => {
    const [r, up] = [Math.cos(latitude * 1.4), Math.sin(latitude * 1.4)];
    return Array.from({ length: sides }, (_, i) => {
      const angle = at.heading + (2 * Math.PI * (i + latitude)) / sides;
      const [nx, ny] = [r * Math.cos(angle), r * Math.sin(angle)];
      return mesh.vertex(
        [at.x + radius * nx, at.y + radius * ny, at.z + z + radius * flatness * up],
        [nx, ny, up],
        mix(low, high, 0.5 + 0.5 * up),
      );
    });
  });
  const reach = radius * flatness;
  const bottom = mesh.vertex([at.x, at.y, at.z + z - reach], [0, 0, -1], low);
  const top = mesh.vertex([at.x, at.y, at.z + z + reach], [0, 0, 1], high);
  for (let i = 0; i < sides; i++) {
    const next = (i + 1) % sides;
    mesh.triangle(bottom, rings[0]![next]!, rings[0]![i]!);
    for (let k = 0; k < 2; k++) {
      const [a, b] = [rings[k]!, rings[k + 1]!];
      mesh.triangle(a[i]!, a[next]!, b[next]!);
      mesh.triangle(a[i]!, b[next]!, b[i]!);
    }
    mesh.triangle(rings[2]![i]!, rings[2]![next]!, top);
  }
}
