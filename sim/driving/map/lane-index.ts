/** A uniform grid over lanes: which lanes may contain a point. */
import type { Lane, LanePosition, RoadMap } from './contract.ts';
import { C, COURSE_STRIDE, projectOn, sharpestOn } from './course.ts';

const CELL = 8;
/** Lanes are entered in every cell within this many metres of their surface; larger margins look around. */
const REACH = 2;

export type LaneQuery = RoadMap['lanesAt'];

/** @param courses the rows of the lanes, as in `RoadMap.courses`. */
export function createLaneIndex(
  lanes: readonly Lane[],
  courses: Float64Array,
): Pick<RoadMap, 'bounds' | 'lanesAt'> {
  const bounds = laneBounds(lanes);
  const columns = Math.ceil((bounds.maxX - bounds.minX + 2 * REACH) / CELL) + 1;
  const rows = Math.ceil((bounds.maxY - bounds.minY + 2 * REACH) / CELL) + 1;
  const originX = bounds.minX - REACH;
  const originY = bounds.minY - REACH;
  const { starts, entries } = fillCells(lanes, originX, originY, columns, rows);
  const position: LanePosition = { s: 0, lateral: 0 };
  const distances = new Float64Array(lanes.length);
  const seen = new Int32Array(lanes.length).fill(-1);
  // Lanes that are not as wide everywhere.
  const narrow = Uint8Array.from(lanes, ({ profile, width }) =>
    profile?.width.some((w) => w < width) ? 1 : 0,
  );
  let query = 0;

  const lanesAt: LaneQuery = (x, y, margin, out) => {
    const around = margin > REACH ? margin - REACH : 0;
    const left = Math.max(0, Math.floor((x - around - originX) / CELL));
    const right = Math.min(columns - 1, Math.floor((x + around - originX) / CELL));
    const bottom = Math.max(0, Math.floor((y - around - originY) / CELL));
    const top = Math.min(rows - 1, Math.floor((y + around - originY) / CELL));
    query = (query + 1) | 0;
    let count = 0;
    for (let row = bottom; row <= top; row++) {
      for (let column = left; column <= right; column++) {
        const cell = row * columns + column;
        for (let i = starts[cell]!; i < starts[cell + 1]!; i++) {
          const id = entries[i]!;
          if (seen[id] === query) continue;
          seen[id] = query;
          projectOn(courses, id, x, y, position);
          const lateral = Math.abs(position.lateral);
          if (lateral > courses[id * COURSE_STRIDE + C.width]! * 0.5 + margin) continue;
          if (narrow[id] && lateral > lanes[id]!.widthAt(position.s) * 0.5 + margin) continue;
          const length = courses[id * COURSE_STRIDE + C.length]!;
          if (position.s < -margin - 1e-9 || position.s > length + margin + 1e-9) continue;
          let at = count < out.length ? count++ : count;
          while (at > 0 && distances[at - 1]! > lateral) {
            if (at < out.length) {
              out[at] = out[at - 1]!;
              distances[at] = distances[at - 1]!;
            }
            at--;
          }
          if (at < out.length) {
            out[at] = id;
            distances[at] = lateral;
          }
        }
      }
    }
    return count;
  };
  return { bounds, lanesAt };
}

const point = new Float64Array(2);

function laneBounds(lanes: readonly Lane[]): RoadMap['bounds'] {
  let minX = Number.POSITIVE_INFINITY;
  let minY = minX;
  let maxX = -minX;
  let maxY = -minX;
  for (const lane of lanes) {
    const pieces = lane.curvature === 0 ? 1 : Math.max(1, Math.ceil(lane.length / 2));
    // The bow of an arc between two samples stays below this, however sharp it is.
    const bow = Math.min(1, 0.5 * sharpestOn(lane.course, 0, 0, lane.length));
    for (let i = 0; i <= pieces; i++) {
      for (let side = -0.5; side <= 0.5; side++) {
        lane.pointAt((lane.length * i) / pieces, side * lane.width, point);
        minX = Math.min(minX, point[0]! - bow);
        maxX = Math.max(maxX, point[0]! + bow);
        minY = Math.min(minY, point[1]! - bow);
        maxY = Math.max(maxY, point[1]! + bow);
      }
    }
  }
  return { minX, minY, maxX, maxY };
}

/** Compressed rows: entries[starts[cell] .. starts[cell + 1]) are the lanes of a cell. */
function fillCells(
  lanes: readonly Lane[],
  originX: number,
  originY: number,
  columns: number,
  rows: number,
): { starts: Int32Array; entries: Int32Array } {
  const pairs: number[] = [];
  const starts = new Int32Array(columns * rows + 1);
  const last = new Int32Array(columns * rows).fill(-1);
  const step = CELL / 2;
  for (const lane of lanes) {
    const pieces = Math.max(1, Math.ceil(lane.length / step));
    const reach = lane.width * 0.5 + REACH + step * 0.5;
    for (let i = 0; i <= pieces; i++) {
      lane.pointAt((lane.length * i) / pieces, 0, point);
      const left = Math.max(0, Math.floor((point[0]! - reach - originX) / CELL));
      const right = Math.min(columns - 1, Math.floor((point[0]! + reach - originX) / CELL));
      const bottom = Math.max(0, Math.floor((point[1]! - reach - originY) / CELL));
      const top = Math.min(rows - 1, Math.floor((point[1]! + reach - originY) / CELL));
      for (let row = bottom; row <= top; row++) {
        for (let column = left; column <= right; column++) {
          const cell = row * columns + column;
          if (last[cell] === lane.id) continue;
          last[cell] = lane.id;
          starts[cell + 1]!++;
          pairs.push(cell, lane.id);
        }
      }
    }
  }
  for (let i = 0; i < columns * rows; i++) starts[i + 1]! += starts[i]!;
  const entries = new Int32Array(pairs.length / 2);
  const cursor = starts.slice();
  for (let i = 0; i < pairs.length; i += 2) entries[cursor[pairs[i]!]!++] = pairs[i + 1]!;
  return { starts, entries };
}
