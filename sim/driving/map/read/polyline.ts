/** Curves through the points of a polyline, without kinks where the points stand for a bend. */
import type { LaneProfile } from '../contract.ts';
import type { Frame, Path } from '../frame.ts';
import { biarc, wrap } from './curve.ts';
import type { DraftCourse } from './draft.ts';

/** x, y and height. */
export type ShapePoint = readonly [number, number, number];

/** A segment this long, and this many times as long as the next, is a straight road into a bend; metres. */
const STRAIGHT = 8;
const RATIO = 3;

/** @param start, end directions at the ends, radians; those of the first and the last segment where undefined. */
export function courseThrough(
  points: readonly ShapePoint[],
  width: number,
  start?: number,
  end?: number,
): DraftCourse | undefined {
  const places = points.filter((p, i) => {
    const before = points[i - 1];
    return !before || Math.hypot(p[0] - before[0], p[1] - before[1]) > 0.01;
  });
  if (places.length < 2) return undefined;
  const paths: Path[] = [];
  const stations = [0];
  const tangents = tangentsOf(places, start, end);
  for (let i = 1; i < places.length; i++) {
    const from: Frame = {
      x: places[i - 1]![0],
      y: places[i - 1]![1],
      heading: tangents[i - 1]!.out,
    };
    const to: Frame = { x: places[i]![0], y: places[i]![1], heading: tangents[i]!.into };
    const arcs = biarc(from, to);
    paths.push(...arcs);
    stations.push(stations.at(-1)! + arcs.reduce((sum, arc) => sum + arc.length, 0));
  }
  return { paths, width, profile: profileOf(places, stations, width) };
}

function profileOf(
  places: readonly ShapePoint[],
  stations: readonly number[],
  width: number,
): LaneProfile | undefined {
  if (places.every(([, , z]) => z === 0)) return undefined;
  return {
    s: Float64Array.from(stations),
    width: Float64Array.from(stations, () => width),
    height: Float64Array.from(places, ([, , z]) => z),
    bank: new Float64Array(stations.length),
  };
}

/** Direction into and out of each point: one and the same, but at corners between two straight roads. */
function tangentsOf(
  places: readonly ShapePoint[],
  start: number | undefined,
  end: number | undefined,
): { into: number; out: number }[] {
  const last = places.length - 1;
  const heading = (i: number) =>
    Math.atan2(places[i + 1]![1] - places[i]![1], places[i + 1]![0] - places[i]![0]);
  const length = (i: number) =>
    Math.hypot(places[i + 1]![1] - places[i]![1], places[i + 1]![0] - places[i]![0]);
  return places.map((_, i) => {
    if (i === 0) return same(start ?? heading(0));
    if (i === last) return same(end ?? heading(last - 1));
    const [before, after] = [heading(i - 1), heading(i)];
    const [a, b] = [length(i - 1), length(i)];
    if (a > STRAIGHT && a > RATIO * b) return same(before);
    if (b > STRAIGHT && b > RATIO * a) return same(after);
    if (a > 2 * STRAIGHT && b > 2 * STRAIGHT) return { into: before, out: after };
    // The circle through three points: the shorter side turns less of the kink.
    return same(before + (wrap(after - before) * a) / (a + b));
  });
}

const same = (heading: number) => ({ into: heading, out: heading });
