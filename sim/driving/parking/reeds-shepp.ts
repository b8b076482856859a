/**
 * Shortest paths of a car that drives both ways and turns no tighter than radius 1: Reeds and Shepp,
 * "Optimal paths for a car that goes both forwards and backwards" (1990), section 8. Every path is a
 * word of turns and straights; each formula below gives the lengths of one family of words, and three
 * symmetries (driving backwards, mirroring, both) and reversal give the other families.
 */

export interface Word {
  /** Per piece: 1 turns left, −1 right, 0 straight. */
  readonly turns: readonly number[];
  /** Per piece: metres at radius 1 (radians on turns), negative backwards. */
  readonly lengths: readonly number[];
  readonly length: number;
}

const HALF_PI = Math.PI / 2;
const EPSILON = 1e-9;

/** Result of the formula tried last. */
let t = 0;
let u = 0;
let v = 0;

/** In (−π, π]. */
export function wrapAngle(angle: number): number {
  const a = angle % (2 * Math.PI);
  return a > Math.PI ? a - 2 * Math.PI : a <= -Math.PI ? a + 2 * Math.PI : a;
}

type Formula = (x: number, y: number, phi: number) => boolean;

/** 8.1: left, straight, left. */
const leftStraightLeft: Formula = (x, y, phi) => {
  const dx = x - Math.sin(phi);
  const dy = y - 1 + Math.cos(phi);
  u = Math.hypot(dx, dy);
  t = wrapAngle(Math.atan2(dy, dx));
  v = wrapAngle(phi - t);
  return t >= -EPSILON && v >= -EPSILON;
};

/** 8.2: left, straight, right. */
const leftStraightRight: Formula = (x, y, phi) => {
  const dx = x + Math.sin(phi);
  const dy = y - 1 - Math.cos(phi);
  const squared = dx * dx + dy * dy;
  if (squared < 4) return false;
  u = Math.sqrt(squared - 4);
  t = wrapAngle(Math.atan2(dy, dx) + Math.atan2(2, u));
  v = wrapAngle(t - phi);
  return t >= -EPSILON && v >= -EPSILON;
};

/** 8.3: left, right backwards, left either way. */
const leftRightLeft: Formula = (x, y, phi) => {
  const dx = x - Math.sin(phi);
  const dy = y - 1 + Math.cos(phi);
  const distance = Math.hypot(dx, dy);
  if (distance > 4) return false;
  u = -2 * Math.asin(distance / 4);
  t = wrapAngle(Math.atan2(dy, dx) + u / 2 + Math.PI);
  v = wrapAngle(phi - t + u);
  return t >= -EPSILON;
};

/** Angles of the outer turns where the inner two are `a` and `b` (the paper's τ and ω). */
function outerTurns(a: number, b: number, dx: number, dy: number, phi: number): void {
  const delta = wrapAngle(a - b);
  const p = Math.sin(a) - Math.sin(delta);
  const q = Math.cos(a) - Math.cos(delta) - 1;
  const angle = Math.atan2(dy * p - dx * q, dx * p + dy * q);
  const side = 2 * (Math.cos(delta) - Math.cos(b) - Math.cos(a)) + 3;
  t = wrapAngle(side < 0 ? angle + Math.PI : angle);
  v = wrapAngle(t - a + b - phi);
}

/** 8.7: left, right, left backwards, right backwards, the inner two equally long. */
const leftRightBackLeftRight: Formula = (x, y, phi) => {
  const dx = x + Math.sin(phi);
  const dy = y - 1 - Math.cos(phi);
  const rho = (2 + Math.hypot(dx, dy)) / 4;
  if (rho > 1) return false;
  u = Math.acos(rho);
  outerTurns(u, -u, dx, dy, phi);
  return t >= -EPSILON && v <= EPSILON;
};

/** 8.8: left, right backwards, left backwards, right. */
const leftBackRightLeftRight: Formula = (x, y, phi) => {
  const dx = x + Math.sin(phi);
  const dy = y - 1 - Math.cos(phi);
  const rho = (20 - dx * dx - dy * dy) / 16;
  if (rho < 0 || rho > 1) return false;
  u = -Math.acos(rho);
  if (u < -HALF_PI) return false;
  outerTurns(u, u, dx, dy, phi);
  return t >= -EPSILON && v >= -EPSILON;
};

/** 8.9: left, then backwards a right quarter, straight, left. */
const leftQuarterStraightLeft: Formula = (x, y, phi) => {
  const dx = x - Math.sin(phi);
  const dy = y - 1 + Math.cos(phi);
  const squared = dx * dx + dy * dy;
  if (squared < 4) return false;
  const r = Math.sqrt(squared - 4);
  u = 2 - r;
  t = wrapAngle(Math.atan2(dy, dx) + Math.atan2(r, -2));
  v = wrapAngle(phi - HALF_PI - t);
  return t >= -EPSILON && u <= EPSILON && v <= EPSILON;
};

/** 8.10: left, then backwards a right quarter, straight, right. */
const leftQuarterStraightRight: Formula = (x, y, phi) => {
  const dx = x + Math.sin(phi);
  const dy = y - 1 - Math.cos(phi);
  const distance = Math.hypot(dx, dy);
  if (distance < 2) return false;
  t = wrapAngle(Math.atan2(dx, -dy));
  u = 2 - distance;
  v = wrapAngle(t + HALF_PI - phi);
  return t >= -EPSILON && u <= EPSILON && v <= EPSILON;
};

/** 8.11: left, backwards a right quarter, straight, a left quarter, then right. */
const leftQuarterStraightQuarterRight: Formula = (x, y, phi) => {
  const dx = x + Math.sin(phi);
  const dy = y - 1 - Math.cos(phi);
  const squared = dx * dx + dy * dy;
  if (squared < 4) return false;
  u = 4 - Math.sqrt(squared - 4);
  if (u > EPSILON) return false;
  t = wrapAngle(Math.atan2((4 - u) * dx - 2 * dy, -2 * dx + (u - 4) * dy));
  v = wrapAngle(t - phi);
  return t >= -EPSILON && v >= -EPSILON;
};

interface Family {
  readonly formula: Formula;
  readonly turns: readonly number[];
  readonly lengths: () => number[];
  /** The word read backwards is a family of its own. */
  readonly reversible: boolean;
}

const Q = -HALF_PI;
const FAMILIES: readonly Family[] = [
  { formula: leftStraightLeft, turns: [1, 0, 1], lengths: () => [t, u, v], reversible: false },
  { formula: leftStraightRight, turns: [1, 0, -1], lengths: () => [t, u, v], reversible: false },
  { formula: leftRightLeft, turns: [1, -1, 1], lengths: () => [t, u, v], reversible: true },
  {
    formula: leftRightBackLeftRight,
    turns: [1, -1, 1, -1],
    lengths: () => [t, u, -u, v],
    reversible: false,
  },
  {
    formula: leftBackRightLeftRight,
    turns: [1, -1, 1, -1],
    lengths: () => [t, u, u, v],
    reversible: false,
  },
  {
    formula: leftQuarterStraightLeft,
    turns: [1, -1, 0, 1],
    lengths: () => [t, Q, u, v],
    reversible: true,
  },
  {
    formula: leftQuarterStraightRight,
    turns: [1, -1, 0, -1],
    lengths: () => [t, Q, u, v],
    reversible: true,
  },
  {
    formula: leftQuarterStraightQuarterRight,
    turns: [1, -1, 0, 1, -1],
    lengths: () => [t, Q, u, Q, v],
    reversible: false,
  },
];

/** Every word that leads from the origin (heading 0) to the pose, at turning radius 1. */
export function words(x: number, y: number, phi: number): Word[] {
  const found: Word[] = [];
  const backX = x * Math.cos(phi) + y * Math.sin(phi);
  const backY = x * Math.sin(phi) - y * Math.cos(phi);
  for (const family of FAMILIES) {
    addWords(found, family, x, y, phi, false);
    if (family.reversible) addWords(found, family, backX, backY, phi, true);
  }
  return found;
}

function addWords(
  found: Word[],
  family: Family,
  x: number,
  y: number,
  phi: number,
  reversed: boolean,
): void {
  for (let flip = 1; flip >= -1; flip -= 2) {
    for (let mirror = 1; mirror >= -1; mirror -= 2) {
      if (!family.formula(flip * x, mirror * y, flip * mirror * phi)) continue;
      const lengths = family.lengths();
      const turns = family.turns.map((turn) => mirror * turn);
      let length = 0;
      for (let i = 0; i < lengths.length; i++) {
        length += Math.abs(lengths[i]!);
        lengths[i] = flip * lengths[i]!;
      }
      if (reversed) {
        lengths.reverse();
        turns.reverse();
      }
      found.push({ turns, lengths, length });
    }
  }
}
