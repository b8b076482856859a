/** Where an OpenDRIVE lane lies, in its driving direction: lines and arcs, widths, heights. */
import type { LaneProfile } from '../contract.ts';
import { type Path, parallel, reversePath } from '../frame.ts';
import { type Curve, fitArcs } from './curve.ts';
import type { DraftCourse } from './draft.ts';
import { EPSILON, type Piecewise, stationsBetween } from './polynomial.ts';
import type { ReferenceLine } from './reference-line.ts';

/** What a road is like along its reference line. */
export interface RoadShape {
  readonly line: ReferenceLine;
  readonly elevation: Piecewise;
  /** Radians, positive when the right side is lower. */
  readonly superelevation: Piecewise;
}

/** Between which stations and offsets a band of a road lies, and whether it is driven towards s = 0. */
export interface Band {
  readonly from: number;
  readonly to: number;
  /** Metres from the reference line to the middle, positive to the left, along the leaning surface. */
  readonly middle: Piecewise;
  readonly width: Piecewise;
  readonly backwards: boolean;
}

/** Metres between stations of a profile that is not linear. */
const PROFILE_STEP = 1;

export function courseOf(shape: RoadShape, band: Band): DraftCourse | undefined {
  const { line, superelevation } = shape;
  const { from, to, middle, width } = band;
  const breaks = [...line.breaks, ...middle.breaks, ...superelevation.breaks];
  const stations = stationsBetween(from, to, breaks);
  const paths: Path[] = [];
  // Stations of the reference line and of the lane at the ends of all pieces.
  const along = { line: [from], lane: [0] };
  for (let i = 1; i < stations.length; i++) {
    const [a, b] = [stations[i - 1]!, stations[i]!];
    for (const { path, to: end } of piecesOf(shape, band, a, b)) {
      if (!(path.length > EPSILON)) continue;
      paths.push(path);
      along.line.push(end);
      along.lane.push(along.lane.at(-1)! + path.length);
    }
  }
  if (paths.length === 0) return undefined;
  const profile = profileOf(shape, band, along);
  const widest = profile ? profile.width.reduce((a, b) => Math.max(a, b)) : width.value(from);
  return band.backwards
    ? { paths: paths.toReversed().map(reversePath), width: widest, profile: reversed(profile) }
    : { paths, width: widest, profile };
}

function piecesOf(shape: RoadShape, { middle }: Band, from: number, to: number) {
  const { line, superelevation } = shape;
  const exact = line.exact(from, to);
  if (exact && middle.isConstant(from, to) && superelevation.isConstant(from, to)) {
    const inside = (from + to) / 2;
    const t = middle.value(inside) * Math.cos(superelevation.value(inside));
    return [{ path: t === 0 ? exact : parallel(exact, t), to }];
  }
  // The left end of an interval belongs to it, the right end to the next one.
  const last = to - 1e-9;
  const curve: Curve = (at) => {
    const s = Math.min(at, last);
    const { x, y, dx, dy, turn } = line.at(s);
    const lean = superelevation.value(s);
    const t = middle.value(s) * Math.cos(lean);
    const drift =
      middle.slope(s) * Math.cos(lean) - middle.value(s) * Math.sin(lean) * superelevation.slope(s);
    const scale = 1 / Math.hypot(dx, dy);
    const [cos, sin] = [dx * scale, dy * scale];
    const heading = Math.atan2(
      dy - t * turn * sin + drift * cos,
      dx - t * turn * cos - drift * sin,
    );
    return { x: x - t * sin, y: y + t * cos, heading };
  };
  return fitArcs(curve, from, to);
}

function sampled(from: number, to: number, breaks: readonly number[]): number[] {
  const all: number[] = [];
  const stations = stationsBetween(from, to, breaks);
  for (let i = 1; i < stations.length; i++) {
    const [a, b] = [stations[i - 1]!, stations[i]!];
    const pieces = Math.max(1, Math.ceil((b - a) / PROFILE_STEP));
    for (let k = 0; k <= pieces; k++)
      all.push(k === pieces ? b - 1e-9 : a + ((b - a) * k) / pieces);
  }
  return all;
}

/** Undefined where the ground is flat and the width the same everywhere. */
function profileOf(
  { line, elevation, superelevation }: RoadShape,
  { from, to, middle, width, backwards }: Band,
  along: { readonly line: readonly number[]; readonly lane: readonly number[] },
): LaneProfile | undefined {
  const zero = (p: Piecewise) => p.isConstant(from, to) && p.value((from + to) / 2) === 0;
  const flat = zero(elevation) && zero(superelevation);
  if (flat && width.isConstant(from, to) && middle.isConstant(from, to)) return undefined;
  const breaks = [elevation, superelevation, middle, width].flatMap((p) => p.breaks);
  const stations = sampled(from, to, breaks);
  const side = backwards ? -1 : 1;
  return {
    s: Float64Array.from(stations, (s) => interpolate(along.line, along.lane, s)),
    // A file's widths are across the road, a lane's across itself.
    width: Float64Array.from(stations, (s) => {
      const along = 1 - middle.value(s) * line.at(s).turn;
      const slant = along / Math.hypot(along, middle.slope(s));
      return Math.max(0, width.value(s) * Math.cos(superelevation.value(s)) * slant);
    }),
    height: Float64Array.from(
      stations,
      (s) => elevation.value(s) + middle.value(s) * Math.sin(superelevation.value(s)),
    ),
    bank: Float64Array.from(stations, (s) => side * Math.tan(superelevation.value(s))),
  };
}

function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  let i = 1;
  while (i < xs.length - 1 && xs[i]! < x) i++;
  const span = xs[i]! - xs[i - 1]!;
  const share = span > 0 ? (x - xs[i - 1]!) / span : 0;
  return ys[i - 1]! + Math.max(0, Math.min(1, share)) * (ys[i]! - ys[i - 1]!);
}

function reversed(profile: LaneProfile | undefined): LaneProfile | undefined {
  if (!profile) return undefined;
  const length = profile.s.at(-1)!;
  return {
    s: profile.s.map((s) => length - s).reverse(),
    width: profile.width.slice().reverse(),
    height: profile.height.slice().reverse(),
    bank: profile.bank.slice().reverse(),
  };
}
