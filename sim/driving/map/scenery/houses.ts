/** Houses along streets: walls, gabled roofs, windows, a door and a chimney. */
import { createRandom, type Random } from '../../../random.ts';
import type { BorderRun } from './borders.ts';
import { borderStyle, GROUND } from './kerbs.ts';
import { addBox, type MeshBuilder, type Placement, type Point, place } from './mesh-builder.ts';
import { palette, shade } from './palette.ts';
import { beside, type Site, spread } from './site.ts';

const STREAM = 0x686f;
const SPACING = 22;
/** Share of plots that are built on, and most houses of a map. */
const BUILT = 0.55;
const MOST = 40;
/** Radius of the plot kept free of lanes and other things, metres. */
const PLOT = 9;

export function addHouses(
  site: Site,
  borders: readonly BorderRun[],
  mesh: MeshBuilder,
  glow: MeshBuilder,
): void {
  const random = createRandom(site.map.seed, STREAM);
  let count = 0;
  for (const run of borders) {
    if (run.lane.junction || borderStyle(site.map, run) !== 'sidewalk') continue;
    for (const s of spread(run, SPACING)) {
      const [build, out] = [random.next() < BUILT, random.uniform(12, 18)];
      if (!build || count >= MOST) continue;
      const at = beside(run, s, out);
      const level = Math.abs(site.terrain.height(at.x, at.y) - at.z - GROUND) < 0.5;
      if (!level || !site.free(at.x, at.y, PLOT)) continue;
      site.take(at.x, at.y, PLOT);
      // The front, local -y, faces the road.
      const heading = at.heading + (run.side > 0 ? 0 : Math.PI);
      addHouse(mesh, glow, { ...at, z: at.z + GROUND, heading }, random);
      count++;
    }
  }
}

function addHouse(mesh: MeshBuilder, glow: MeshBuilder, at: Placement, random: Random): void {
  const x = random.uniform(4.2, 5.8);
  const y = random.uniform(3.4, 4.4);
  const storeys = random.next() < 0.55 ? 2 : 1;
  const eaves = 0.4 + 2.7 * storeys;
  const ridge = eaves + y * random.uniform(0.6, 0.85);
  const wall = palette.walls[random.integer(palette.walls.length)]!;
  const roof = shade(
    palette.roofs[random.integer(palette.roofs.length)]!,
    random.uniform(0.85, 1.1),
  );
  addBox(mesh, at, [-x - 0.1, -y - 0.1, -0.4], [x + 0.1, y + 0.1, 0.4], palette.plinth);
  addBox(mesh, at, [-x, -y, 0], [x, y, eaves], wall);
  addRoof(mesh, at, x, y, eaves, ridge, roof, wall);
  addBox(mesh, at, [x * 0.4, 0.6, eaves], [x * 0.4 + 0.8, 1.4, ridge + 0.7], palette.chimney);
  const doorAt = random.integer(3) - 1;
  for (let storey = 0; storey < storeys; storey++) {
    for (const side of [1, -1] as const) {
      for (let column = -1; column <= 1; column++) {
        const isDoor = storey === 0 && side < 0 && column === doorAt;
        const [low, high] = isDoor ? [0.4, 2.5] : [1.3 + 2.7 * storey, 2.6 + 2.7 * storey];
        const lit = random.next() < 0.3;
        const middle = column * x * 0.6;
        addPane(isDoor || !lit ? mesh : glow, at, middle, side * y, low, high, isDoor, lit);
      }
    }
  }
}

/** A window or door on the front (y < 0) or back, standing out of the wall a little. */
function addPane(
  mesh: MeshBuilder,
  at: Placement,
  x: number,
  y: number,
  low: number,
  high: number,
  isDoor: boolean,
  lit: boolean,
): void {
  const half = isDoor ? 0.5 : 0.62;
  const side = Math.sign(y);
  const face = (grow: number, out: number) => {
    const [a, b] =
      side < 0 ? [x - half - grow, x + half + grow] : [x + half + grow, x - half - grow];
    const wall = y + side * out;
    return (
      [
        [a, wall, low - grow],
        [b, wall, low - grow],
        [b, wall, high + grow],
        [a, wall, high + grow],
      ] as Point[]
    ).map((p) => place(at, p));
  };
  if (!isDoor && !lit) mesh.face(face(0.12, 0.02), palette.white);
  mesh.face(face(0, 0.05), isDoor ? palette.trunk : lit ? palette.lamp : palette.pane);
}

function addRoof(
  mesh: MeshBuilder,
  at: Placement,
  x: number,
  y: number,
  eaves: number,
  ridge: number,
  roof: readonly [number, number, number],
  wall: readonly [number, number, number],
): void {
  const over = 0.5;
  const drop = ((ridge - eaves) / y) * over;
  const [ex, ey, low] = [x + over, y + over, eaves - drop];
  const face = (colour: typeof roof, ...points: Point[]) =>
    mesh.face(
      points.map((p) => place(at, p)),
      colour,
    );
  face(roof, [-ex, -ey, low], [ex, -ey, low], [ex, 0, ridge], [-ex, 0, ridge]);
  face(shade(roof, 0.92), [ex, ey, low], [-ex, ey, low], [-ex, 0, ridge], [ex, 0, ridge]);
  face(wall, [x, -y, eaves], [x, y, eaves], [x, 0, ridge - 0.05]);
  face(wall, [-x, y, eaves], [-x, -y, eaves], [-x, 0, ridge - 0.05]);
}
