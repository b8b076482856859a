/**
 * The cars and standing objects of each lane: short lists, kept up to date as cars move, so that the
 * search for a leader looks at one lane and not at every car. The cars of a lane are listed in the order
 * of their numbers, in which a search over all cars would find them.
 */
import { BOX_KIND, type Boxes } from '../frame/boxes.ts';
import type { LanePosition, RoadMap } from '../map/contract.ts';

export interface LaneBuckets {
  /** First car of each lane, and the car after each; −1 ends a list. */
  cars: Int32Array;
  readonly nextCar: Int32Array;
  /** First object entry of each lane; entries hold a row of the boxes and where on the lane it stands. */
  objects: Int32Array;
  nextObject: Int32Array;
  objectRow: Int32Array;
  objectS: Float64Array;
}

export function createLaneBuckets(capacity: number): LaneBuckets {
  return {
    cars: new Int32Array(0),
    nextCar: new Int32Array(capacity).fill(-1),
    objects: new Int32Array(0),
    nextObject: new Int32Array(0),
    objectRow: new Int32Array(0),
    objectS: new Float64Array(0),
  };
}

/** Empties the lists for a map of `lanes` lanes. */
export function clearCars(b: LaneBuckets, lanes: number): void {
  if (b.cars.length < lanes) b.cars = new Int32Array(lanes);
  b.cars.fill(-1);
}

export function addCar(b: LaneBuckets, car: number, lane: number): void {
  const { cars, nextCar } = b;
  let before = -1;
  let after = cars[lane]!;
  while (after >= 0 && after < car) {
    before = after;
    after = nextCar[after]!;
  }
  nextCar[car] = after;
  if (before < 0) cars[lane] = car;
  else nextCar[before] = car;
}

export function removeCar(b: LaneBuckets, car: number, lane: number): void {
  const { cars, nextCar } = b;
  if (cars[lane] === car) {
    cars[lane] = nextCar[car]!;
    return;
  }
  let before = cars[lane]!;
  while (before >= 0 && nextCar[before] !== car) before = nextCar[before]!;
  if (before >= 0) nextCar[before] = nextCar[car]!;
}

const under = new Int32Array(16);
const at: LanePosition = { s: 0, lateral: 0 };

/** List rows [from, to) of the boxes, which stand still, under the lanes they stand on. */
export function listObjects(
  b: LaneBuckets,
  map: RoadMap,
  boxes: Boxes,
  from: number,
  to: number,
): void {
  if (b.objects.length < map.lanes.length) b.objects = new Int32Array(map.lanes.length);
  b.objects.fill(-1);
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
      b.nextObject[count] = b.objects[lane.id]!;
      b.objects[lane.id] = count++;
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
