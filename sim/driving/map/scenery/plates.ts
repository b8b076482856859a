/** Flat signs on poles. Plates are drawn in (right, up) as their reader sees them. */
import {
  addBox,
  addTaper,
  type Colour,
  type MeshBuilder,
  type Placement,
  type Point,
  place,
} from './mesh-builder.ts';
import { palette } from './palette.ts';

export type Outline = readonly (readonly [right: number, up: number])[];

/** Between the layers of a plate, metres: enough for depth buffers at a distance. */
const LAYER = 0.015;

export function addPole(mesh: MeshBuilder, at: Placement, height: number, aside = 0): void {
  const [cos, sin] = [Math.cos(at.heading), Math.sin(at.heading)];
  const foot = { ...at, x: at.x - sin * aside, y: at.y + cos * aside };
  addTaper(mesh, foot, 6, [-0.3, 0.04], [height, 0.04], palette.pole);
}

/** A convex plate, counter-clockwise, that faces the traffic along `at.heading`; `layer` 0 is the lowest. */
export function addPlate(
  mesh: MeshBuilder,
  at: Placement,
  outline: Outline,
  colour: Colour,
  layer: number,
): void {
  const x = -0.06 - layer * LAYER;
  mesh.face(
    outline.map(([right, up]) => place(at, [x, -right, up])),
    colour,
  );
}

/** The same outline's grey back. */
export function addBack(mesh: MeshBuilder, at: Placement, outline: Outline): void {
  const points = outline.map(([right, up]): Point => place(at, [-0.05, -right, up]));
  mesh.face(points.reverse(), palette.steel);
}

export function disc(middle: number, radius: number, sides = 16): Outline {
  return Array.from({ length: sides }, (_, i) => {
    const angle = (2 * Math.PI * i) / sides;
    return [radius * Math.cos(angle), middle + radius * Math.sin(angle)] as const;
  });
}

export function triangleDown(middle: number, radius: number): Outline {
  return [150, 270, 30].map((degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return [radius * Math.cos(angle), middle + radius * Math.sin(angle)] as const;
  });
}

export function diamond(middle: number, radius: number): Outline {
  return disc(middle, radius, 4);
}

export function rectangle(left: number, low: number, right: number, high: number): Outline {
  return [
    [left, low],
    [right, low],
    [right, high],
    [left, high],
  ];
}

/** An arrow of unit half-height around (0, middle), pointing up, turned left by `angle`. */
export function arrow(middle: number, scale: number, angle: number): readonly Outline[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = ([x, y]: readonly [number, number]) =>
    [scale * (x * cos - y * sin), middle + scale * (x * sin + y * cos)] as const;
  const shaft: Outline = [
    [-0.16, -1],
    [0.16, -1],
    [0.16, 0.25],
    [-0.16, 0.25],
  ];
  const head: Outline = [
    [-0.6, 0.2],
    [0.6, 0.2],
    [0, 1],
  ];
  return [shaft.map(turn), head.map(turn)];
}

/** Seven strokes per digit: top, upper right, lower right, bottom, lower left, upper left, middle. */
const SEGMENTS = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f] as const;

/** Digits as strokes, centred, `height` metres high. */
export function digits(text: string, middle: number, height: number): readonly Outline[] {
  const width = height * 0.5;
  const pitch = width * 1.45;
  const stroke = height * 0.13;
  const outlines: Outline[] = [];
  for (const [i, letter] of [...text].entries()) {
    const left = (i - (text.length - 1) / 2) * pitch - width / 2;
    const [right, low, high] = [left + width, middle - height / 2, middle + height / 2];
    const bars: Outline[] = [
      rectangle(left, high - stroke, right, high),
      rectangle(right - stroke, middle, right, high),
      rectangle(right - stroke, low, right, middle),
      rectangle(left, low, right, low + stroke),
      rectangle(left, low, left + stroke, middle),
      rectangle(left, middle, left + stroke, high),
      rectangle(left, middle - stroke / 2, right, middle + stroke / 2),
    ];
    const lit = SEGMENTS[Number(letter)] ?? 0;
    outlines.push(...bars.filter((_, k) => (lit >> k) & 1));
  }
  return outlines;
}

/** Two poles and a board between them, its lower edge at `low`. */
export function addBoard(
  mesh: MeshBuilder,
  at: Placement,
  half: number,
  low: number,
  high: number,
  colour: Colour,
): void {
  for (const side of [1, -1]) addPole(mesh, at, high - 0.1, side * half * 0.7);
  addBox(mesh, at, [-0.05, -half, low], [0.05, half, high], palette.steel, true);
  addPlate(mesh, at, rectangle(-half, low, half, high), palette.white, 0);
  addPlate(mesh, at, rectangle(0.06 - half, low + 0.06, half - 0.06, high - 0.06), colour, 1);
}
