/** OpenDRIVE's reference lines: line, arc, spiral, poly3 and paramPoly3, one after the other. */
import { type Path, path } from '../frame.ts';
import { childOf, childrenOf, fail, numberOf, wordOf, type XmlElement } from './xml.ts';

/** A point of the line, its derivative by s and how fast its direction turns. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  /** Radians per metre of s. */
  readonly turn: number;
}

export interface ReferenceLine {
  readonly length: number;
  readonly breaks: readonly number[];
  at(s: number): LinePoint;
  /** The line or arc from one station to another; undefined where it is neither, or more than one. */
  exact(from: number, to: number): Path | undefined;
}

interface Geometry {
  readonly s: number;
  readonly length: number;
  at(ds: number): LinePoint;
  readonly path: Path | undefined;
}

const KINDS = ['line', 'arc', 'spiral', 'poly3', 'paramPoly3'] as const;
/** Geometries that do not follow one another within this are gaps, metres. */
const GAP = 0.1;

/** @throws RoadFileError for geometries of other kinds, gaps, and a road without any. */
export function readReferenceLine(road: XmlElement): ReferenceLine {
  const view = childOf(road, 'planView') ?? fail(road, 'has no <planView>');
  const geometries = childrenOf(view, 'geometry').map(readGeometry);
  if (geometries.length === 0) fail(view, 'has no <geometry>');
  geometries.sort((a, b) => a.s - b.s);
  for (const [i, next] of geometries.entries()) {
    const before = geometries[i - 1];
    if (!before) continue;
    const [end, start] = [before.at(before.length), next.at(0)];
    const gap = Math.hypot(end.x - start.x, end.y - start.y);
    if (gap > GAP)
      fail(view, `has a gap of ${gap.toFixed(3)} m at s = ${next.s}, allowed ${GAP} m`);
  }
  const find = (s: number) => {
    let found = geometries[0]!;
    for (const geometry of geometries) if (geometry.s <= s) found = geometry;
    return found;
  };
  return {
    length: numberOf(road, 'length'),
    breaks: geometries.map((geometry) => geometry.s),
    at: (s) => {
      const geometry = find(s);
      return geometry.at(s - geometry.s);
    },
    exact: (from, to) => {
      const { s, path: whole } = find(from);
      if (!whole) return undefined;
      const { x, y, dx, dy } = pointOf(whole, from - s);
      return path({ x, y, heading: Math.atan2(dy, dx) }, to - from, whole.curvature);
    },
  };
}

function readGeometry(element: XmlElement): Geometry {
  const shapes = element.children.filter(({ name }) => name !== 'userData' && name !== 'include');
  const shape = shapes[0];
  const kind = KINDS.find((name) => name === shape?.name);
  if (!shape || !kind) {
    return fail(shape ?? element, `is no supported geometry, allowed ${KINDS.join(', ')}`);
  }
  const frame = {
    x: numberOf(element, 'x'),
    y: numberOf(element, 'y'),
    heading: numberOf(element, 'hdg'),
  };
  const [s, length] = [numberOf(element, 's'), numberOf(element, 'length')];
  if (!(length >= 0)) fail(element, `length: is ${length}, allowed numbers from 0`);
  if (kind === 'line' || kind === 'arc') {
    const whole = path(frame, length, kind === 'arc' ? numberOf(shape, 'curvature') : 0);
    return { s, length, path: whole, at: (ds) => pointOf(whole, ds) };
  }
  const { heading } = frame;
  const local = { spiral, poly3, paramPoly3 }[kind](shape, length);
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  return {
    s,
    length,
    path: undefined,
    at: (ds) => {
      const { x, y, dx, dy, turn } = local(ds);
      return {
        x: frame.x + x * cos - y * sin,
        y: frame.y + x * sin + y * cos,
        dx: dx * cos - dy * sin,
        dy: dx * sin + dy * cos,
        turn,
      };
    },
  };
}

function pointOf({ x, y, heading, curvature }: Path, s: number): LinePoint {
  const angle = heading + curvature * s;
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  if (curvature === 0) return { x: x + s * dx, y: y + s * dy, dx, dy, turn: 0 };
  const radius = 1 / curvature;
  return {
    x: x + radius * (dy - Math.sin(heading)),
    y: y - radius * (dx - Math.cos(heading)),
    dx,
    dy,
    turn: curvature,
  };
}

type Local = (ds: number) => LinePoint;

/** Abscissas and weights of the five-point Gauss–Legendre rule on [-1, 1]. */
const GAUSS = [
  [0, 128 / 225],
  [0.5384693101056831, 0.47862867049936647],
  [-0.5384693101056831, 0.47862867049936647],
  [0.906179845938664, 0.23692688505618908],
  [-0.906179845938664, 0.23692688505618908],
] as const;

/** The integral of `f` from 0 to `end`, over `pieces` equal pieces. */
function integrate(f: (s: number) => number, end: number, pieces: number): number {
  const half = end / pieces / 2;
  let sum = 0;
  for (let i = 0; i < pieces; i++) {
    for (const [at, weight] of GAUSS) sum += weight * f(half * (2 * i + 1 + at));
  }
  return sum * half;
}

/** A clothoid: its curvature changes linearly. */
function spiral(shape: XmlElement, length: number): Local {
  const start = numberOf(shape, 'curvStart');
  const rate = length === 0 ? 0 : (numberOf(shape, 'curvEnd') - start) / length;
  const angle = (s: number) => s * (start + (rate * s) / 2);
  const bend = Math.abs(start * length) + Math.abs(rate * length * length) / 2;
  return (ds) => {
    const pieces = Math.max(1, Math.ceil((2 * bend * ds) / Math.max(length, 1e-9)));
    const heading = angle(ds);
    return {
      x: integrate((s) => Math.cos(angle(s)), ds, pieces),
      y: integrate((s) => Math.sin(angle(s)), ds, pieces),
      dx: Math.cos(heading),
      dy: Math.sin(heading),
      turn: start + rate * ds,
    };
  };
}

/** v(u) = a + b u + c u² + d u³, walked by the length of the curve. */
function poly3(shape: XmlElement, length: number): Local {
  const [a, b, c, d] = (['a', 'b', 'c', 'd'] as const).map((name) => numberOf(shape, name)) as [
    number,
    number,
    number,
    number,
  ];
  const slope = (u: number) => b + u * (2 * c + u * 3 * d);
  const walked = (u: number) =>
    integrate((x) => Math.hypot(1, slope(x)), u, Math.max(1, Math.ceil(length / 5)));
  return (ds) => {
    let u = ds;
    for (let i = 0; i < 20; i++) {
      const step = (walked(u) - ds) / Math.hypot(1, slope(u));
      u -= step;
      if (Math.abs(step) < 1e-10) break;
    }
    const m = slope(u);
    const scale = 1 / Math.hypot(1, m);
    return {
      x: u,
      y: a + u * (b + u * (c + u * d)),
      dx: scale,
      dy: m * scale,
      turn: (2 * c + 6 * d * u) * scale ** 3,
    };
  };
}

/** u(p) and v(p) with p from 0 to 1, or to the length; s is p on that scale, as the standard says. */
function paramPoly3(shape: XmlElement, length: number): Local {
  const range = wordOf(shape, 'pRange', ['normalized', 'arcLength'], 'normalized');
  const scale = range === 'normalized' && length > 0 ? 1 / length : 1;
  const of = (axis: 'U' | 'V') =>
    ['a', 'b', 'c', 'd'].map((name) => numberOf(shape, `${name}${axis}`));
  const [u, v] = [of('U'), of('V')];
  const value = (k: readonly number[], p: number) => k[0]! + p * (k[1]! + p * (k[2]! + p * k[3]!));
  const first = (k: readonly number[], p: number) => k[1]! + p * (2 * k[2]! + p * 3 * k[3]!);
  const second = (k: readonly number[], p: number) => 2 * k[2]! + 6 * k[3]! * p;
  return (ds) => {
    const p = ds * scale;
    const [du, dv] = [first(u, p), first(v, p)];
    const turned = du * second(v, p) - dv * second(u, p);
    return {
      x: value(u, p),
      y: value(v, p),
      dx: du * scale,
      dy: dv * scale,
      turn: (turned / Math.max(1e-12, du * du + dv * dv)) * scale,
    };
  };
}
