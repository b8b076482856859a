/** Where things may stand: clear of every lane and of each other. */
import type { RoadMap } from '../contract.ts';
import type { BorderRun } from './borders.ts';
import type { Placement } from './mesh-builder.ts';
import type { Terrain } from './terrain.ts';

export interface Site {
  readonly map: RoadMap;
  readonly terrain: Terrain;
  /** No lane nearer than `radius` to the point, and nothing that was placed. */
  free(x: number, y: number, radius: number): boolean;
  take(x: number, y: number, radius: number): void;
}

const CELL = 16;
/** No placed thing is wider than this. */
const WIDEST = 12;
/** Beyond this many metres from the outermost lanes' centre lines, no lane is within reach. */
const LANES_END = 11;

export function createSite(map: RoadMap, terrain: Terrain): Site {
  const found = new Int32Array(1);
  const taken = new Map<number, number[]>();
  const key = (i: number, j: number) => (j + 4096) * 8192 + i + 4096;
  const hits = (x: number, y: number, radius: number) => {
    const reach = radius + WIDEST;
    for (let j = Math.floor((y - reach) / CELL); j <= Math.floor((y + reach) / CELL); j++) {
      for (let i = Math.floor((x - reach) / CELL); i <= Math.floor((x + reach) / CELL); i++) {
        const list = taken.get(key(i, j)) ?? [];
        for (let k = 0; k < list.length; k += 3) {
          const gap = list[k + 2]! + radius;
          if ((list[k]! - x) ** 2 + (list[k + 1]! - y) ** 2 < gap * gap) return true;
        }
      }
    }
    return false;
  };
  return {
    map,
    terrain,
    free: (x, y, radius) => {
      if (hits(x, y, radius)) return false;
      if (terrain.roadDistance(x, y) > radius + LANES_END + 2) return true;
      return map.lanesAt(x, y, radius, found) === 0;
    },
    take: (x, y, radius) => {
      const cell = key(Math.floor(x / CELL), Math.floor(y / CELL));
      const list = taken.get(cell);
      if (list) list.push(x, y, radius);
      else taken.set(cell, [x, y, radius]);
    },
  };
}

const point = new Float64Array(2);

/** A place `out` metres beyond the asphalt's edge at station `s`, facing along the lane. */
export function beside(run: Pick<BorderRun, 'lane' | 'side'>, s: number, out: number): Placement {
  const { lane, side } = run;
  const edge = lane.widthAt(s) / 2;
  lane.pointAt(s, side * (edge + out), point);
  const z = lane.heightAt(s, side * edge);
  return { x: point[0]!, y: point[1]!, z, heading: lane.headingAt(s) };
}

/** Free ground beside the asphalt at a station: the narrower of its neighbours'. */
export function roomOf(run: BorderRun, s: number): number {
  let before = run.stations[0]!;
  for (const station of run.stations) {
    if (station.s >= s) return Math.min(before.room, station.room);
    before = station;
  }
  return before.room;
}

/** Stations `spacing` metres apart, as many as fit, centred in the run. */
export function spread(run: BorderRun, spacing: number): number[] {
  const [from, to] = [run.stations[0]!.s, run.stations.at(-1)!.s];
  const count = Math.floor((to - from) / spacing);
  const start = (from + to - (count - 1) * spacing) / 2;
  return Array.from({ length: count }, (_, i) => start + i * spacing);
}
