/** Street lamps on sidewalks; their heads glow. */
import type { BorderRun } from './borders.ts';
import { borderStyle } from './kerbs.ts';
import { addBox, addTaper, type MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { beside, roomOf, type Site, spread } from './site.ts';

const SPACING = 30;
/** Metres beyond the asphalt's edge, of the pole and of the far end of its arm. */
const POLE_AT = 1.7;
const ARM_END = 0.25;
const HEIGHT = 7.6;

export function addLamps(
  site: Site,
  borders: readonly BorderRun[],
  mesh: MeshBuilder,
  glow: MeshBuilder,
): void {
  for (const run of borders) {
    if (run.lane.junction || borderStyle(site.map, run) !== 'sidewalk') continue;
    for (const s of spread(run, SPACING)) {
      if (roomOf(run, s) < POLE_AT + 0.3) continue;
      addLamp(site, run, s, mesh, glow);
    }
  }
}

function addLamp(
  site: Site,
  run: BorderRun,
  s: number,
  mesh: MeshBuilder,
  glow: MeshBuilder,
): void {
  const at = beside(run, s, POLE_AT);
  if (!site.free(at.x, at.y, 0.5)) return;
  site.take(at.x, at.y, 0.5);
  addTaper(mesh, at, 6, [-0.3, 0.11], [HEIGHT, 0.06], palette.pole);
  addTaper(mesh, at, 6, [0, 0.17], [0.9, 0.15], palette.pole);
  // The road lies to the right of a left border.
  const end = -run.side * (POLE_AT - ARM_END);
  const [low, high] = [Math.min(0, end), Math.max(0, end)];
  addBox(mesh, at, [-0.04, low, HEIGHT - 0.1], [0.04, high, HEIGHT], palette.pole, true);
  const head = end + run.side * 0.35;
  addBox(
    mesh,
    at,
    [-0.14, head - 0.35, HEIGHT - 0.12],
    [0.14, head + 0.35, HEIGHT + 0.06],
    palette.pole,
  );
  glow.face(
    lampFace(head).map(([x, y]) => corner(at, x, y, HEIGHT - 0.13)),
    palette.lamp,
  );
}

/** Seen from below, counter-clockwise. */
function lampFace(middle: number): (readonly [number, number])[] {
  const [y0, y1] = [middle - 0.3, middle + 0.3];
  return [
    [-0.11, y1],
    [0.11, y1],
    [0.11, y0],
    [-0.11, y0],
  ];
}

function corner(at: { x: number; y: number; heading: number }, x: number, y: number, z: number) {
  const [cos, sin] = [Math.cos(at.heading), Math.sin(at.heading)];
  return [at.x + x * cos - y * sin, at.y + x * sin + y * cos, z] as const;
}
