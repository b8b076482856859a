/** Frames on the plane and how they move along straight lines and circular arcs. */

/** A place and a direction: metres, radians. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
}

/** A straight line (curvature 0) or circular arc (signed 1/radius, positive turns left). */
export interface Path extends Frame {
  readonly length: number;
  readonly curvature: number;
}

/** `forward` metres ahead and `left` metres to the left, turned by `turn`. */
export function offset(frame: Frame, forward: number, left: number, turn = 0): Frame {
  const cos = Math.cos(frame.heading);
  const sin = Math.sin(frame.heading);
  return {
    x: frame.x + forward * cos - left * sin,
    y: frame.y + forward * sin + left * cos,
    heading: frame.heading + turn,
  };
}

/** The frame after driving `length` metres with constant curvature. */
export function advance(frame: Frame, length: number, curvature: number): Frame {
  if (curvature === 0) return offset(frame, length, 0);
  const angle = length * curvature;
  return offset(frame, Math.sin(angle) / curvature, (1 - Math.cos(angle)) / curvature, angle);
}

/** The same place, looking back. */
export function reverse(frame: Frame): Frame {
  return { x: frame.x, y: frame.y, heading: frame.heading + Math.PI };
}

/** The path parallel to `path`, `left` metres to its left (same centre of curvature). */
export function parallel(path: Path, left: number): Path {
  const scale = 1 - path.curvature * left;
  return {
    ...offset(path, 0, left),
    length: path.length * scale,
    curvature: path.curvature / scale,
  };
}

export function pathEnd(path: Path): Frame {
  return advance(path, path.length, path.curvature);
}

/** The same line driven the other way. */
export function reversePath(path: Path): Path {
  return { ...reverse(pathEnd(path)), length: path.length, curvature: -path.curvature };
}

export function path(frame: Frame, length: number, curvature = 0): Path {
  return { x: frame.x, y: frame.y, heading: frame.heading, length, curvature };
}
