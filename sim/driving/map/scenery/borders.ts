/**
 * Where the asphalt ends: runs along lane edges beyond which there is no other lane. Found by
 * asking the lane index, so that every block, whatever its shape, gets kerbs in the right places.
 */
import type { Lane, RoadMap } from '../contract.ts';
import { stations } from './course.ts';

export interface BorderStation {
  readonly s: number;
  /** Free ground beside the asphalt, metres, at most `MAX_ROOM`. */
  readonly room: number;
}

export interface BorderRun {
  readonly lane: Lane;
  /** 1: left edge of the lane, -1: right edge. */
  readonly side: 1 | -1;
  readonly stations: readonly BorderStation[];
}

export const MAX_ROOM = 3;
/** A point this far beyond the edge decides whether the edge is a border. */
const PROBE = 0.05;
const SAMPLE = 1;
/** Metres between stations where room is measured; less where islands between lanes run to a tip. */
const STEP = 2;
const TIP_STEP = 0.7;

const point = new Float64Array(2);
const found = new Int32Array(1);

export function findBorders(map: RoadMap): BorderRun[] {
  const runs: BorderRun[] = [];
  for (const road of map.roads) {
    const first = map.lanes[road.lanes[0]!]!;
    const last = map.lanes[road.lanes.at(-1)!]!;
    // Lanes of a road that leave their neighbours (tapers) are borders on both sides.
    const loose = road.lanes
      .map((id) => map.lanes[id]!)
      .filter((lane, i, all) => {
        const left = all[i - 1];
        return (
          left !== undefined &&
          left.curvature !== lane.curvature &&
          lane.curvature * left.curvature === 0
        );
      });
    if (first.leftLineColour !== 'yellow') runs.push(...runsOf(map, first, 1));
    for (const lane of loose) runs.push(...runsOf(map, lane, 1));
    runs.push(...runsOf(map, last, -1));
    for (const lane of loose) {
      const left = map.lanes[lane.left];
      if (left) runs.push(...runsOf(map, left, -1));
    }
  }
  return runs;
}

function runsOf(map: RoadMap, lane: Lane, side: 1 | -1): BorderRun[] {
  const runs: BorderRun[] = [];
  const free = (s: number, distance: number) => {
    lane.pointAt(s, side * (lane.widthAt(s) / 2 + distance), point);
    return map.lanesAt(point[0]!, point[1]!, 0, found) === 0;
  };
  const pieces = Math.max(1, Math.ceil(lane.length / SAMPLE));
  const at = (i: number) => (lane.length * Math.min(Math.max(i, 1e-6), pieces - 1e-6)) / pieces;
  let start = free(at(0), PROBE) ? 0 : -1;
  for (let i = 1; i <= pieces; i++) {
    const open = free(at(i), PROBE);
    if (open && start < 0) start = change(free, at(i), at(i - 1));
    if (!open && start >= 0) {
      addRun(runs, lane, side, start, change(free, at(i - 1), at(i)), free);
      start = -1;
    }
  }
  if (start >= 0) addRun(runs, lane, side, start, lane.length, free);
  return runs;
}

/** The last free station between a free and a taken one, by bisection. */
function change(free: (s: number, d: number) => boolean, open: number, taken: number): number {
  let [a, b] = [open, taken];
  for (let i = 0; i < 7; i++) {
    const middle = (a + b) / 2;
    if (free(middle, PROBE)) a = middle;
    else b = middle;
  }
  return a;
}

function addRun(
  runs: BorderRun[],
  lane: Lane,
  side: 1 | -1,
  from: number,
  to: number,
  free: (s: number, d: number) => boolean,
): void {
  if (to - from < 0.05) return;
  const all: { s: number; room: number }[] = [];
  const length = to - from;
  const fine = Math.max(1, Math.ceil(length / (lane.junction ? TIP_STEP : STEP)));
  const round = stations(lane, from, to, (side * lane.width) / 2).length - 1;
  const pieces = Math.max(fine, round);
  const inside = 1e-3;
  for (let i = 0; i <= pieces; i++) {
    const s = from + (length * i) / pieces;
    const probe = Math.min(Math.max(s, from + inside), to - inside);
    all.push({ s, room: roomAt(probe, free) });
  }
  narrowTips(all);
  // Where the room does not change, a straight run needs only its ends and an arc its roundness.
  const keep = Math.max(1, Math.floor(pieces / round));
  const kept = all.filter((station, i) => {
    const [before, after] = [all[i - 1], all[i + 1]];
    if (!before || !after) return true;
    if (before.room !== station.room || after.room !== station.room) return true;
    return lane.curvature !== 0 && i % keep === 0;
  });
  runs.push({ lane, side, stations: kept });
}

/** Room may open by 2 m per metre at most: a wedge that opens at once would cut the kerb opposite. */
function narrowTips(all: { s: number; room: number }[]): void {
  for (let i = 1; i < all.length; i++) {
    const most = all[i - 1]!.room + 2 * (all[i]!.s - all[i - 1]!.s);
    all[i]!.room = Math.min(all[i]!.room, most);
  }
  for (let i = all.length - 2; i >= 0; i--) {
    const most = all[i + 1]!.room + 2 * (all[i + 1]!.s - all[i]!.s);
    all[i]!.room = Math.min(all[i]!.room, most);
  }
}

function roomAt(s: number, free: (s: number, d: number) => boolean): number {
  for (let d = 0.5; d <= MAX_ROOM; d += 0.5) {
    if (!free(s, d)) {
      let [a, b] = [d - 0.5, d];
      for (let i = 0; i < 5; i++) {
        const middle = (a + b) / 2;
        if (free(s, middle)) a = middle;
        else b = middle;
      }
      // Both sides of a gap get half of it.
      return a / 2;
    }
  }
  return MAX_ROOM;
}
