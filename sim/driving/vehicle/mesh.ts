/**
 * Cars as a few small meshes: painted shell with wheel arches and mirrors, glass, wheels and trim, lamps.
 * A body is lofted through sections along its length; every class is made once and shared. Metres, x
 * forward, z up, the ground at 0.
 */
import type { MeshData } from '../../contract.ts';
import {
  addBox,
  type Colour,
  createMeshBuilder,
  type MeshBuilder,
  type Placement,
  type Point,
} from '../map/scenery/mesh-builder.ts';

export interface CarShape {
  readonly halfLength: number;
  readonly halfWidth: number;
  readonly tall: boolean;
}
export const CAR_PARTS = ['shell', 'glass', 'trim', 'heads', 'tails'] as const;
export type CarPart = (typeof CAR_PARTS)[number];

/** [x as a share of the half length, value], x descending. */
type Profile = readonly (readonly [x: number, value: number])[];
interface Style {
  /** Height of the deck (bonnet, belt line, boot), and half width as a share. */
  readonly deck: Profile;
  readonly width: Profile;
  /** Windscreen's foot, roof's front and rear end, rear window's foot: [x as a share, z]. */
  readonly cabin: readonly (readonly [x: number, z: number])[];
  /** Share of the half width at the windows' foot and at the roof. */
  readonly tumble: readonly [foot: number, roof: number];
  /** Where the side is glass: shares of the way from front to rear. */
  readonly windows: readonly (readonly [from: number, to: number])[];
}

const NOSE: Profile = [
  [1, 0.82],
  [0.96, 0.92],
  [0.85, 0.98],
  [0.6, 1],
  [-0.7, 1],
  [-0.93, 0.96],
  [-1, 0.88],
];
const SALOON: Style = {
  deck: [
    [1, 0.56],
    [0.96, 0.7],
    [0.85, 0.79],
    [0.3, 0.94],
    [-0.7, 0.97],
    [-0.93, 0.94],
    [-1, 0.8],
  ],
  width: NOSE,
  cabin: [
    [0.36, 0.92],
    [0.06, 1.42],
    [-0.42, 1.42],
    [-0.78, 0.95],
  ],
  tumble: [0.9, 0.68],
  windows: [
    [0.12, 0.48],
    [0.53, 0.86],
  ],
};
const HATCH: Style = {
  ...SALOON,
  cabin: [
    [0.42, 0.9],
    [0.14, 1.46],
    [-0.66, 1.44],
    [-0.93, 0.95],
  ],
  windows: [
    [0.1, 0.45],
    [0.49, 0.74],
    [0.78, 0.93],
  ],
};
const VAN: Style = {
  deck: [
    [1, 0.62],
    [0.96, 0.84],
    [0.85, 0.98],
    [0.7, 1.06],
    [-0.97, 1.06],
    [-1, 0.9],
  ],
  width: NOSE,
  cabin: [
    [0.76, 1.02],
    [0.5, 1.98],
    [-0.93, 2.02],
    [-0.98, 1.04],
  ],
  tumble: [0.96, 0.84],
  windows: [[0.08, 0.32]],
};

const WHITE: Colour = [1, 1, 1];
const DARK: Colour = [0.012, 0.012, 0.014];
const RUBBER: Colour = [0.008, 0.008, 0.009];
const RIM: Colour = [0.42, 0.43, 0.45];
const RIM_SHADE: Colour = [0.1, 0.1, 0.11];
const PLATE: Colour = [0.8, 0.8, 0.74];
const ORIGIN: Placement = { x: 0, y: 0, z: 0, heading: 0 };

const WHEEL_AT = 0.6;
const WHEEL_RADIUS = 0.33;
const WHEEL_HALF_WIDTH = 0.11;
const WHEEL_SIDES = 12;
const ARCH = 0.4;
const SILL = 0.22;

export const carKey = ({ halfLength, halfWidth, tall }: CarShape, part: CarPart) =>
  `car-${halfLength.toFixed(3)}-${halfWidth.toFixed(3)}${tall ? '-tall' : ''}-${part}`;

/** Meshes are never changed, so that all environments of a thread share them. */
const made = new Map<string, MeshData>();

/** The meshes of these classes by key, for `SceneDescription.meshes`. */
export function carMeshes(shapes: readonly CarShape[]): Record<string, MeshData> {
  const meshes: Record<string, MeshData> = {};
  for (const shape of shapes) {
    if (!made.has(carKey(shape, 'shell'))) buildCar(shape);
    for (const part of CAR_PARTS) {
      const key = carKey(shape, part);
      meshes[key] = made.get(key)!;
    }
  }
  return meshes;
}

function buildCar(shape: CarShape): void {
  const style = shape.tall ? VAN : shape.halfLength < 2.3 ? HATCH : SALOON;
  const parts = Object.fromEntries(
    CAR_PARTS.map((part) => [part, createMeshBuilder()]),
  ) as unknown as Record<CarPart, MeshBuilder>;
  addHull(parts.shell, shape, style);
  addCabin(parts.shell, parts.glass, shape, style);
  addMirrors(parts.shell, shape, style);
  addTrim(parts.trim, shape);
  addLamps(parts.heads, parts.tails, shape, style);
  for (const part of CAR_PARTS) made.set(carKey(shape, part), parts[part].finish());
}

function valueAt(profile: Profile, x: number): number {
  for (let i = 1; i < profile.length; i++) {
    const [x0, v0] = profile[i - 1]!;
    const [x1, v1] = profile[i]!;
    if (x >= x1) return v0 + ((v1 - v0) * (x0 - x)) / (x0 - x1);
  }
  return profile[profile.length - 1]![1];
}

/** Sections along the body, denser over the wheels; x in metres, descending. */
function sections({ halfLength }: CarShape, style: Style): number[] {
  const list = new Set(style.deck.map(([x]) => x * halfLength));
  for (const [x] of style.width) list.add(x * halfLength);
  for (const wheel of [WHEEL_AT, -WHEEL_AT]) {
    for (const share of [-1, -0.99, -0.7, 0, 0.7, 0.99, 1])
      list.add(wheel * halfLength + share * ARCH);
  }
  return [...list].sort((a, b) => b - a);
}

/** Lower edge of the body: the sill, or the arch over a wheel. */
function edgeAt(x: number, halfLength: number): number {
  const off = Math.abs(Math.abs(x) - WHEEL_AT * halfLength);
  return off < ARCH
    ? Math.max(SILL, WHEEL_RADIUS + Math.sqrt(ARCH * ARCH - off * off) - 0.03)
    : SILL;
}

/** Sides, shoulders and decks, smooth along the car and creased between these. */
function addHull(mesh: MeshBuilder, shape: CarShape, style: Style): void {
  const { halfLength, halfWidth } = shape;
  const rings = sections(shape, style).map((x): Point[] => {
    const w = halfWidth * valueAt(style.width, x / halfLength);
    const top = valueAt(style.deck, x / halfLength);
    const low = edgeAt(x, halfLength);
    const belt = Math.max(low + 0.02, top - 0.12);
    return [
      [x, 0, top + 0.03],
      [x, w * 0.86, top],
      [x, w, belt],
      [x, w * 0.97, low],
    ];
  });
  for (const side of [1, -1]) {
    for (let j = 0; j < 3; j++) {
      addStrip(
        mesh,
        rings.map((ring) => [mirrored(ring[j]!, side), mirrored(ring[j + 1]!, side)]),
        side,
      );
    }
  }
  const ends = [rings[0]!, rings[rings.length - 1]!];
  for (const [i, ring] of ends.entries()) {
    const left = ring.map((p) => mirrored(p, 1));
    const right = ring.map((p) => mirrored(p, -1)).reverse();
    const round = [...left.slice(1), ...right];
    mesh.face(i === 0 ? round.reverse() : round, WHITE);
  }
}

const mirrored = (p: Point, side: number): Point => [p[0], side * p[1], p[2]];

/** Pairs of points from front to rear, the outer one second; `side` is 1 on the left. */
function addStrip(
  mesh: MeshBuilder,
  pairs: readonly (readonly [Point, Point])[],
  side: number,
): void {
  let previous: readonly [number, number] | undefined;
  for (let i = 0; i < pairs.length; i++) {
    const [a, b] = pairs[i]!;
    const before = pairs[Math.max(0, i - 1)]!;
    const after = pairs[Math.min(pairs.length - 1, i + 1)]!;
    const along = minus(before[0], after[0]);
    const normal = unit(cross(minus(b, a), along), side);
    const pair = [mesh.vertex(a, normal, WHITE), mesh.vertex(b, normal, WHITE)] as const;
    if (previous) {
      const [p, q] = side > 0 ? [previous, pair] : [pair, previous];
      mesh.triangle(p[0], q[0], q[1]);
      mesh.triangle(p[0], q[1], p[1]);
    }
    previous = pair;
  }
}

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
function unit(p: Point, sign: number): Point {
  const scale = -sign / (Math.hypot(p[0], p[1], p[2]) || 1);
  return [p[0] * scale, p[1] * scale, p[2] * scale];
}

/** Roof and pillars in paint, windscreen and windows in glass. */
function addCabin(shell: MeshBuilder, glass: MeshBuilder, shape: CarShape, style: Style): void {
  const { halfLength, halfWidth } = shape;
  const [foot, roof] = style.tumble;
  const corner = (k: number, side: number): Point => {
    const [x, z] = style.cabin[k]!;
    return [x * halfLength, side * halfWidth * (k === 0 || k === 3 ? foot : roof), z];
  };
  const [a, b, c, d] = [0, 1, 2, 3].map((k) => corner(k, 1)) as [Point, Point, Point, Point];
  const [a2, b2, c2, d2] = [0, 1, 2, 3].map((k) => corner(k, -1)) as [Point, Point, Point, Point];
  glass.face([a2, a, b, b2], WHITE);
  glass.face([d, d2, c2, c], WHITE);
  const ridge = (p: Point): Point => [p[0], 0, p[2] + 0.04];
  shell.face([b, c, ridge(c), ridge(b)], WHITE);
  shell.face([ridge(b), ridge(c), c2, b2], WHITE);
  for (const side of [1, -1]) {
    const at = (t: number, up: number): Point => {
      const low = mix(side > 0 ? a : a2, side > 0 ? d : d2, t);
      return mix(low, mix(side > 0 ? b : b2, side > 0 ? c : c2, t), up);
    };
    let from = 0;
    for (const [start, end] of [...style.windows, [1, 1] as const]) {
      addPanel(shell, at, from, start, side);
      if (end > start) addPanel(glass, at, start, end, side);
      from = end;
    }
  }
}

/** Part of a cabin's side, all of its height. */
function addPanel(
  mesh: MeshBuilder,
  at: (t: number, up: number) => Point,
  from: number,
  to: number,
  side: number,
): void {
  const points = [at(from, 0), at(from, 1), at(to, 1), at(to, 0)];
  mesh.face(side > 0 ? points : points.reverse(), WHITE);
}

const mix = (a: Point, b: Point, t: number): Point => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

function addMirrors(mesh: MeshBuilder, { halfLength, halfWidth }: CarShape, style: Style): void {
  const [x, z] = style.cabin[0]!;
  for (const side of [1, -1]) {
    const y = side * halfWidth;
    addBox(
      mesh,
      { x: x * halfLength - 0.22, y, z, heading: 0 },
      [-0.05, -0.1, 0.02],
      [0.06, 0.1, 0.16],
      WHITE,
      true,
    );
  }
}

/** What is not painted: wheels, the dark inside of the arches, grille and number plates. */
function addTrim(mesh: MeshBuilder, { halfLength, halfWidth }: CarShape): void {
  const l = halfLength;
  const inner = halfWidth - 2 * WHEEL_HALF_WIDTH - 0.02;
  addBox(mesh, ORIGIN, [-0.95 * l, -inner, 0.18], [0.95 * l, inner, 0.52], DARK, true);
  addBox(mesh, ORIGIN, [0.99 * l, -0.5, 0.26], [l + 0.012, 0.5, 0.44], DARK);
  addBox(mesh, ORIGIN, [l, -0.26, 0.32], [l + 0.02, 0.26, 0.42], PLATE);
  addBox(mesh, ORIGIN, [-l - 0.02, -0.26, 0.5], [-l, 0.26, 0.6], PLATE);
  for (const x of [WHEEL_AT * l, -WHEEL_AT * l]) {
    for (const side of [1, -1]) addWheel(mesh, x, side * (halfWidth - 0.1), side);
  }
}

/** Tread, the tyre's outer side, and a rim whose sectors in turn look like spokes. */
function addWheel(mesh: MeshBuilder, x: number, y: number, side: number): void {
  const at = (k: number, radius: number, out: number): Point => {
    const angle = (2 * Math.PI * k * side) / WHEEL_SIDES;
    const to = y + side * out;
    return [x - radius * Math.sin(angle), to, WHEEL_RADIUS + radius * Math.cos(angle)];
  };
  const r = WHEEL_RADIUS;
  const hub: Point = [x, y + side * (WHEEL_HALF_WIDTH - 0.03), r];
  for (let k = 0; k < WHEEL_SIDES; k++) {
    const w = WHEEL_HALF_WIDTH;
    mesh.face([at(k, r, -w), at(k, r, w), at(k + 1, r, w), at(k + 1, r, -w)], RUBBER);
    mesh.face([at(k, r, w), at(k, 0.23, w), at(k + 1, 0.23, w), at(k + 1, r, w)], RUBBER);
    mesh.face([at(k, 0.23, w), hub, at(k + 1, 0.23, w)], k % 2 === 0 ? RIM : RIM_SHADE);
  }
}

/** Lamps wrap around the corners; the rear ones stand tall on a van. */
function addLamps(heads: MeshBuilder, tails: MeshBuilder, shape: CarShape, style: Style): void {
  const { halfLength: l, halfWidth, tall } = shape;
  const front = valueAt(style.deck, 0.97);
  const rear = valueAt(style.deck, -1);
  for (const side of [1, -1]) {
    const lamp = (mesh: MeshBuilder, x0: number, x1: number, z0: number, z1: number) => {
      const wide = halfWidth * valueAt(style.width, (x0 + x1) / 2 / l) + 0.012;
      const [y0, y1] = side > 0 ? [0.55 * wide, wide] : [-wide, -0.55 * wide];
      addBox(mesh, ORIGIN, [x0, y0, z0], [x1, y1, z1], WHITE, true);
    };
    lamp(heads, 0.94 * l, 0.99 * l, front - 0.2, front - 0.07);
    lamp(tails, -l - 0.01, -0.96 * l, rear - 0.2, rear + (tall ? 0.1 : -0.04));
  }
}
