/** Grows one indexed, vertex-coloured mesh out of many small parts, so that a map is a few draw calls. */
import type { MeshData } from '../../../contract.ts';

/** Linear rgb in [0, 1]. */
export type Colour = readonly [number, number, number];
export type Point = readonly [number, number, number];

export interface MeshBuilder {
  /** Returns the vertex's index. */
  vertex(p: Point, normal: Point, colour: Colour): number;
  triangle(a: number, b: number, c: number): void;
  /** Flat convex polygon, counter-clockwise seen from outside. */
  face(points: readonly Point[], colour: Colour): void;
  finish(): MeshData;
}

export function createMeshBuilder(): MeshBuilder {
  const positions: number[] = [];
  const normals: number[] = [];
  const colours: number[] = [];
  const indices: number[] = [];
  const builder: MeshBuilder = {
    vertex: (p, normal, colour) => {
      positions.push(p[0], p[1], p[2]);
      normals.push(normal[0], normal[1], normal[2]);
      colours.push(colour[0], colour[1], colour[2]);
      return positions.length / 3 - 1;
    },
    triangle: (a, b, c) => {
      indices.push(a, b, c);
    },
    face: (points, colour) => {
      const normal = faceNormal(points);
      const first = positions.length / 3;
      for (const p of points) builder.vertex(p, normal, colour);
      for (let i = 2; i < points.length; i++) indices.push(first, first + i - 1, first + i);
    },
    finish: () => ({
      positions: Float32Array.from(positions),
      normals: Float32Array.from(normals),
      colours: Float32Array.from(colours),
      indices: Uint32Array.from(indices),
    }),
  };
  return builder;
}

function faceNormal(points: readonly Point[]): Point {
  const [a, b, c] = [points[0]!, points[1]!, points[2]!];
  const u = [b[0] - a[0], b[1] - a[1], b[2] - a[2]] as const;
  const v = [c[0] - a[0], c[1] - a[1], c[2] - a[2]] as const;
  const x = u[1] * v[2] - u[2] * v[1];
  const y = u[2] * v[0] - u[0] * v[2];
  const z = u[0] * v[1] - u[1] * v[0];
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

/** Where a part stands: the local (x forward, y left, z up) frame's origin and heading. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
}

export function place(at: Placement, p: Point): Point {
  const cos = Math.cos(at.heading);
  const sin = Math.sin(at.heading);
  return [at.x + p[0] * cos - p[1] * sin, at.y + p[0] * sin + p[1] * cos, at.z + p[2]];
}

/** Axis-aligned box in the local frame, without its underside. */
export function addBox(
  mesh: MeshBuilder,
  at: Placement,
  low: Point,
  high: Point,
  colour: Colour,
  underside = false,
): void {
  const [x0, y0, z0] = low;
  const [x1, y1, z1] = high;
  const face = (...points: Point[]) =>
    mesh.face(
      points.map((p) => place(at, p)),
      colour,
    );
  face([x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]);
  face([x0, y0, z0], [x1, y0, z0], [x1, y0, z1], [x0, y0, z1]);
  face([x1, y0, z0], [x1, y1, z0], [x1, y1, z1], [x1, y0, z1]);
  face([x1, y1, z0], [x0, y1, z0], [x0, y1, z1], [x1, y1, z1]);
  face([x0, y1, z0], [x0, y0, z0], [x0, y0, z1], [x0, y1, z1]);
  if (underside) face([x0, y1, z0], [x1, y1, z0], [x1, y0, z0], [x0, y0, z0]);
}

/** Smooth-shaded cone or prism around the local z axis, open below, closed above when `top` > 0. */
export function addTaper(
  mesh: MeshBuilder,
  at: Placement,
  sides: number,
  bottom: readonly [z: number, radius: number],
  top: readonly [z: number, radius: number],
  colour: Colour,
  topColour: Colour = colour,
): void {
  const slope = (bottom[1] - top[1]) / Math.max(top[0] - bottom[0], 1e-6);
  const scale = 1 / Math.hypot(1, slope);
  let previous: [number, number] | undefined;
  for (let i = 0; i <= sides; i++) {
    const angle = at.heading + (2 * Math.PI * i) / sides;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const normal: Point = [cos * scale, sin * scale, slope * scale];
    const ring = ([z, r]: readonly [number, number]): Point => [
      at.x + cos * r,
      at.y + sin * r,
      at.z + z,
    ];
    const pair: [number, number] = [
      mesh.vertex(ring(bottom), normal, colour),
      mesh.vertex(ring(top), normal, topColour),
    ];
    if (previous) {
      mesh.triangle(previous[0], pair[0], pair[1]);
      if (top[1] > 0) mesh.triangle(previous[0], pair[1], previous[1]);
    }
    previous = pair;
  }
}
