/** Guard rails along bends and ramps, and delineator posts where there is none. */
import type { RoadMap } from '../contract.ts';
import type { BorderRun, BorderStation } from './borders.ts';
import { addFacet, borderStyle } from './kerbs.ts';
import { addBox, type MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';
import { beside, roomOf, type Site, spread } from './site.ts';

/** Metres beyond the asphalt's edge: the beam's face, and what it needs in all. */
const BEAM_AT = 0.72;
const RAIL_ROOM = 1.1;
const SHORTEST = 8;
const POST_SPACING = 4;
const DELINEATOR_SPACING = 24;

/** Corrugated W-beam from below to above: (out, up). */
const W_BEAM = [
  [BEAM_AT, 0.46],
  [BEAM_AT - 0.08, 0.54],
  [BEAM_AT - 0.01, 0.62],
  [BEAM_AT - 0.08, 0.7],
  [BEAM_AT, 0.78],
] as const;

export function addRails(site: Site, borders: readonly BorderRun[], mesh: MeshBuilder): void {
  for (const run of borders) {
    if (run.lane.junction || borderStyle(site.map, run) !== 'verge') continue;
    if (needsRail(site.map, run)) for (const part of wideParts(run)) addRail(mesh, part);
    else addDelineators(mesh, run);
  }
}

/** Bends, and what runs beside a ramp. */
function needsRail(map: RoadMap, { lane }: BorderRun): boolean {
  const kind = map.blocks[map.roads[lane.road]!.block]!.kind;
  return lane.curvature !== 0 || kind === 'r' || kind === 'R';
}

/** The stretches of a run that have room for a rail. */
function wideParts(run: BorderRun): BorderRun[] {
  const parts: BorderRun[] = [];
  let stations: BorderStation[] = [];
  const close = () => {
    const length = stations.length > 1 ? stations.at(-1)!.s - stations[0]!.s : 0;
    if (length >= SHORTEST) parts.push({ ...run, stations });
    stations = [];
  };
  for (const station of run.stations) {
    if (station.room >= RAIL_ROOM) stations.push(station);
    else close();
  }
  close();
  return parts;
}

function addRail(mesh: MeshBuilder, run: BorderRun): void {
  for (let i = 1; i < W_BEAM.length; i++) {
    addFacet(mesh, run, { from: W_BEAM[i - 1]!, to: W_BEAM[i]!, colour: palette.steel });
  }
  for (const s of spread(run, POST_SPACING)) {
    const at = beside(run, s, BEAM_AT + 0.09);
    addBox(mesh, at, [-0.05, -0.06, -0.3], [0.05, 0.06, 0.72], palette.pole);
  }
}

function addDelineators(mesh: MeshBuilder, run: BorderRun): void {
  for (const s of spread(run, DELINEATOR_SPACING)) {
    if (roomOf(run, s) < RAIL_ROOM) continue;
    const at = beside(run, s, BEAM_AT);
    addBox(mesh, at, [-0.05, -0.06, -0.3], [0.05, 0.06, 0.66], palette.white);
    addBox(mesh, at, [-0.06, -0.065, 0.66], [0.06, 0.065, 0.8], palette.dark);
    addBox(mesh, at, [-0.05, -0.06, 0.8], [0.05, 0.06, 0.92], palette.white);
  }
}
