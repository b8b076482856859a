/** Kerbs, sidewalks and verges along borders, with real height. */
import type { RoadMap } from '../contract.ts';
import type { BorderRun } from './borders.ts';
import type { Colour, MeshBuilder } from './mesh-builder.ts';
import { palette } from './palette.ts';

/** How a border is built. */
export type BorderStyle = 'sidewalk' | 'verge' | 'island' | 'bank';

export const KERB_HEIGHT = 0.14;
export const SIDEWALK_WIDTH = 2;
/** The terrain beside roads lies here; banks lead down to it. */
export const GROUND = -0.35;

/** One surface of the cross-section: from (out, up) to (out, up), metres from the asphalt's edge. */
export interface Facet {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly colour: Colour;
}

const kerb: readonly Facet[] = [
  { from: [0, 0], to: [0.03, KERB_HEIGHT], colour: palette.kerb },
  { from: [0.03, KERB_HEIGHT], to: [0.25, KERB_HEIGHT], colour: palette.kerb },
];

const SLOPE: Facet = { from: [3, -0.45], to: [3.5, -4], colour: palette.grass };

const profiles: Readonly<Record<BorderStyle, readonly Facet[]>> = {
  sidewalk: [
    ...kerb,
    { from: [0.25, KERB_HEIGHT], to: [SIDEWALK_WIDTH, KERB_HEIGHT], colour: palette.sidewalk },
    { from: [SIDEWALK_WIDTH, KERB_HEIGHT], to: [SIDEWALK_WIDTH, -0.05], colour: palette.gravel },
    { from: [SIDEWALK_WIDTH, -0.02], to: [3, GROUND - 0.1], colour: palette.grass },
  ],
  verge: [
    ...kerb,
    { from: [0.25, KERB_HEIGHT], to: [0.9, 0.08], colour: palette.gravel },
    { from: [0.9, 0.08], to: [3, GROUND - 0.1], colour: palette.grass },
  ],
  bank: [{ from: [0, 0], to: [3, GROUND - 0.1], colour: palette.grass }],
  island: [
    ...kerb,
    { from: [0.25, KERB_HEIGHT], to: [3, KERB_HEIGHT + 0.1], colour: palette.grass },
  ],
};

/** Streets with crossings have sidewalks; bends, ramps and merges have verges. */
export function borderStyle(map: RoadMap, run: BorderRun): BorderStyle {
  const { lane, side, stations } = run;
  if (lane.junction) {
    // Between lanes of one junction there is no room to walk.
    const narrow = stations.some(({ room }) => room < SIDEWALK_WIDTH);
    return side > 0 || narrow ? 'island' : 'sidewalk';
  }
  const kind = map.blocks[map.roads[lane.road]!.block]!.kind;
  // Beside strips of a file that are no asphalt.
  if (kind === 'g') return 'bank';
  return kind === 'C' || kind === 'r' || kind === 'R' || kind === 'y' || kind === 'Y'
    ? 'verge'
    : 'sidewalk';
}

export function addKerb(mesh: MeshBuilder, run: BorderRun, style: BorderStyle): void {
  for (const facet of profiles[style]) addFacet(mesh, run, facet);
  // On hills the land beside the road lies deeper in places.
  if (run.lane.profile) addFacet(mesh, run, SLOPE);
}

const point = new Float64Array(2);

export function addFacet(mesh: MeshBuilder, run: BorderRun, facet: Facet): void {
  const { lane, side } = run;
  const along = facet.to[0] - facet.from[0];
  const rise = facet.to[1] - facet.from[1];
  const scale = 1 / Math.hypot(along, rise);
  let previous: [number, number] | undefined;
  for (const { s, room } of run.stations) {
    const heading = lane.headingAt(s);
    // Outward across the border.
    const outX = -Math.sin(heading) * side;
    const outY = Math.cos(heading) * side;
    const normal = [-rise * scale * outX, -rise * scale * outY, along * scale] as const;
    const vertex = ([out, up]: readonly [number, number]) => {
      const edge = lane.widthAt(s) / 2;
      lane.pointAt(s, side * (edge + Math.min(out, room)), point);
      const z = up + lane.heightAt(s, side * edge);
      return mesh.vertex([point[0]!, point[1]!, z], normal, facet.colour);
    };
    const pair: [number, number] = [vertex(facet.from), vertex(facet.to)];
    if (previous) addQuad(mesh, previous, pair, side);
    previous = pair;
  }
}

function addQuad(
  mesh: MeshBuilder,
  a: readonly [number, number],
  b: readonly [number, number],
  side: 1 | -1,
): void {
  if (side < 0) {
    mesh.triangle(a[0], a[1], b[1]);
    mesh.triangle(a[0], b[1], b[0]);
  } else {
    mesh.triangle(a[0], b[1], a[1]);
    mesh.triangle(a[0], b[0], b[1]);
  }
}
