/**
 * The cars and standing objects of each lane: short lists, kept up to date as cars move, so that the
 * search for a leader looks at one lane and not at every car. The cars of a lane are listed in the order
 * of their numbers, in which a search over all cars would find them.
 */
import { BOX_KIND, type Boxes } from '../frame/boxes.ts';
import type { LanePosition, RoadMap } from '../map/contract.ts';

export interface LaneBuckets {
  /** First car and first object entry of each lane, in turn: a search needs both. −1 ends a list. */
  first: Int32Array;
  /** The car after each. */
  readonly nextCar: Int32Array;
  /** The object entry after each; entries hold a row of the boxes and where on the lane it stands. */
  nextObject: Int32Array;
  objectRow: Int32Array;
  objectS: Float64Array;
}

export function createLaneBuckets(capacity: number): LaneBuckets {
  return {
    first: new Int32Array(0),
    nextCar: new Int32Array(capacity).fill(-1),
    nextObject: new Int32Array(0),
    objectRow: new Int32Array(0),
    objectS: new Float64Array(0),
  };
}

/** Empties the lists of cars. */
export function clearCars({ first }: LaneBuckets): void {
  for (let i = 0; i < first.length; i += 2) first[i] = -1;
}

export function addCar(b: LaneBuckets, car: number, lane: number): void {
  const { first, nextCar } = b;
  let before = -1;
  let after = first[2 * lane]!;
  while (after >= 0 && after < car) {
    before = after;
    after = nextCar[after]!;
  }
  nextCar[car] = after;
  if (before < 0) first[2 * lane] = car;
  else nextCar[before] = car;
}

export function removeCar(b: LaneBuckets, car: number, lane: number): void {
  const { first, nextCar } = b;
  if (first[2 * lane] === car) {
    first[2 * lane] = nextCar[car]!;
    return;
  }
  let before = first[2 * lane]!;
  while (before >= 0 && nextCar[before] !== car) before = nextCar[before]!;
  if (before >= 0) nextCar[before] = nextCar[car]!;
}

const under = new Int32Array(16);
const at: LanePosition = { s: 0, lateral: 0 };

/** Empties all lists for a map, and lists rows [from, to) of the boxes, which stand still, under the lanes they stand on. */
export function listObjects(
  b: LaneBuckets,
  map: RoadMap,
  boxes: Boxes,
  from: number,
  to: number,
): void {
  if (b.first.length < 2 * map.lanes.length) b.first = new Int32Array(2 * map.lanes.length);
  b.first.fill(-1);
  let count = 0;
  // Backwards, because entries go to the front: lists end up in the order of the rows.
  for (let row = to - 1; row >= from; row--) {
    if (boxes.kind[row] === BOX_KIND.none) continue;
    const lanes = map.lanesAt(boxes.x[row]!, boxes.y[row]!, 0, under);
    for (let i = 0; i < lanes; i++) {
      const lane = map.lanes[under[i]!]!;
      lane.project(boxes.x[row]!, boxes.y[row]!, at);
      if (Math.abs(at.lateral) >= lane.width / 2 || at.s >= lane.length) continue;
      if (count === b.objectRow.length) grow(b);
      b.objectRow[count] = row;
      b.objectS[count] = at.s;
      b.nextObject[count] = b.first[2 * lane.id + 1]!;
      b.first[2 * lane.id + 1] = count++;
    }
  }
}

function grow(b: LaneBuckets): void {
  const size = Math.max(64, 2 * b.objectRow.length);
  const rows = new Int32Array(size);
  const next = new Int32Array(size);
  const s = new Float64Array(size);
  rows.set(b.objectRow);
  next.set(b.nextObject);
  s.set(b.objectS);
  b.objectRow = rows;
  b.nextObject = next;
  b.objectS = s;
}
