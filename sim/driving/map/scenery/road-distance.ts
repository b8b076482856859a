/** How far places are from roads: a distance transform, so that thousands of look-ups cost nothing. */
import type { RoadMap } from '../contract.ts';

/** Metres between grid nodes, and between samples of lanes. */
const CELL = 6;
const STEP = 4;

/**
 * Metres to the nearest outermost lane's centre line, within about a metre; for points up to
 * `margin` outside the map's bounds, beyond that as at the border.
 * Vector distance transform in two sweeps (Danielsson 1980).
 */
export function createRoadDistance(map: RoadMap, margin: number): (x: number, y: number) => number {
  return createRoadGround(map, margin).distance;
}

/** That distance, and the height of the road there, metres. */
export function createRoadGround(
  map: RoadMap,
  margin: number,
): Record<'distance' | 'height', (x: number, y: number) => number> {
  const left = map.bounds.minX - margin;
  const bottom = map.bounds.minY - margin;
  const columns = Math.ceil((map.bounds.maxX + margin - left) / CELL) + 2;
  const rows = Math.ceil((map.bounds.maxY + margin - bottom) / CELL) + 2;
  const nearestX = new Float64Array(columns * rows).fill(Number.POSITIVE_INFINITY);
  const nearestY = new Float64Array(columns * rows);
  const nearestZ = new Float64Array(columns * rows);
  const best = new Float64Array(columns * rows).fill(Number.POSITIVE_INFINITY);

  const offer = (column: number, row: number, x: number, y: number, z: number) => {
    const cell = row * columns + column;
    const distance = Math.hypot(left + column * CELL - x, bottom + row * CELL - y);
    if (!(distance < best[cell]!)) return;
    best[cell] = distance;
    nearestX[cell] = x;
    nearestY[cell] = y;
    nearestZ[cell] = z;
  };
  forSamples(map, (x, y, z) => {
    const column = Math.floor((x - left) / CELL);
    const row = Math.floor((y - bottom) / CELL);
    for (let k = 0; k < 4; k++) offer(column + (k & 1), row + (k >> 1), x, y, z);
  });
  const learn = (column: number, row: number, fromColumn: number, fromRow: number) => {
    if (fromColumn < 0 || fromColumn >= columns || fromRow < 0 || fromRow >= rows) return;
    const from = fromRow * columns + fromColumn;
    if (best[from]! < Number.POSITIVE_INFINITY) {
      offer(column, row, nearestX[from]!, nearestY[from]!, nearestZ[from]!);
    }
  };
  const visit = (column: number, row: number, way: 1 | -1) => {
    learn(column, row, column - way, row);
    for (let d = -1; d <= 1; d++) learn(column, row, column + d, row - way);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) visit(column, row, 1);
    for (let column = columns - 2; column >= 0; column--) learn(column, row, column + 1, row);
  }
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) visit(column, row, -1);
    for (let column = 1; column < columns; column++) learn(column, row, column - 1, row);
  }
  const between = (values: Float64Array) => (x: number, y: number) => {
    const u = clamp((x - left) / CELL, columns - 1.001);
    const v = clamp((y - bottom) / CELL, rows - 1.001);
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const at = j * columns + i;
    const low = values[at]! + (values[at + 1]! - values[at]!) * (u - i);
    const above = at + columns;
    const high = values[above]! + (values[above + 1]! - values[above]!) * (u - i);
    return low + (high - low) * (v - j);
  };
  return { distance: between(best), height: between(nearestZ) };
}

function forSamples(map: RoadMap, take: (x: number, y: number, z: number) => void): void {
  const point = new Float64Array(2);
  for (const road of map.roads) {
    for (const id of new Set([road.lanes[0]!, road.lanes.at(-1)!])) {
      const lane = map.lanes[id]!;
      const pieces = Math.max(1, Math.ceil(lane.length / STEP));
      for (let i = 0; i <= pieces; i++) {
        lane.pointAt((lane.length * i) / pieces, 0, point);
        take(point[0]!, point[1]!, lane.heightAt((lane.length * i) / pieces, 0));
      }
    }
  }
}

function clamp(value: number, high: number): number {
  return Math.min(high, Math.max(0, value));
}
