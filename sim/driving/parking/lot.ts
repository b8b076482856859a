/**
 * A parking lot: an aisle between two rows of bays, walls around it. Bays hold parked cars; one that is
 * empty is the goal. All of it follows from the seed.
 */
import type { Random } from '../../random.ts';
import { BOX_KIND, type Boxes, createBoxes, placeBox, sizeBox } from '../frame/boxes.ts';
import { VEHICLE_CLASSES } from '../traffic/car-following.ts';
import type { ParkingOptions } from './options.ts';

/** Metres. Bays as on public lots (2.5 to 2.7 by 5 to 5.5), an aisle for two-way traffic. */
export const BAY_WIDTH = 2.7;
export const BAY_DEPTH = 5.5;
export const AISLE = 7;
/** Free ground beyond the last bay on either side, and from bays to the wall behind them. */
const END_ROOM = 5;
const BACK_ROOM = 0.4;
export const WALL_THICKNESS = 0.3;

export interface Pose {
  x: number;
  y: number;
  /** Radians. */
  heading: number;
}

export interface Lot {
  readonly options: ParkingOptions;
  /** Half extents of the ground inside the walls, metres. */
  readonly halfX: number;
  readonly halfY: number;
  /** Rows 0 … 2·bays − 1: the car of each bay; then four walls. */
  readonly boxes: Boxes;
  /** Where the middle of the agent's car must come to rest, and how. */
  readonly goal: Pose;
  readonly start: Pose;
}

export function createLot(options: ParkingOptions): Lot {
  const { bays } = options;
  const halfX = (bays * BAY_WIDTH) / 2 + END_ROOM;
  const halfY = AISLE / 2 + BAY_DEPTH + BACK_ROOM;
  const boxes = createBoxes(2 * bays + 4);
  boxes.count = boxes.capacity;
  const half = WALL_THICKNESS / 2;
  for (let i = 0; i < 4; i++) {
    const row = 2 * bays + i;
    const along = i < 2;
    const side = i % 2 === 0 ? 1 : -1;
    boxes.kind[row] = BOX_KIND.wall;
    sizeBox(boxes, row, along ? halfX + WALL_THICKNESS : half, along ? half : halfY);
    placeBox(boxes, row, along ? 0 : side * (halfX + half), along ? side * (halfY + half) : 0, 0);
  }
  const pose = () => ({ x: 0, y: 0, heading: 0 });
  return { options, halfX, halfY, boxes, goal: pose(), start: pose() };
}

/** Middle of bay `i`: the first half lies above the aisle, the second below. */
export function bayX(lot: Lot, i: number): number {
  const { bays } = lot.options;
  return ((i % bays) - (bays - 1) / 2) * BAY_WIDTH;
}

export function bayY(lot: Lot, i: number): number {
  return (i < lot.options.bays ? 1 : -1) * (AISLE / 2 + BAY_DEPTH / 2);
}

/** Fixed per bay, so that a body looks the same in every episode: compacts and saloons. */
export function parkedClass(bay: number): number {
  return bay % 3 === 1 ? 1 : 0;
}

/** Arrange the lot of an episode; draws the same count of numbers whatever the outcome. */
export function arrangeLot(lot: Lot, random: Random): void {
  const { boxes, goal, start, options } = lot;
  const count = 2 * options.bays;
  const target = random.integer(count);
  for (let bay = 0; bay < count; bay++) {
    const present = random.next() < options.occupancy && bay !== target;
    const dx = random.uniform(-0.15, 0.15);
    const dy = random.uniform(-0.2, 0.2);
    const heading = (random.next() < 0.5 ? 0.5 : -0.5) * Math.PI + random.uniform(-0.03, 0.03);
    const size = VEHICLE_CLASSES[parkedClass(bay)]!;
    boxes.kind[bay] = present ? BOX_KIND.vehicle : BOX_KIND.none;
    sizeBox(boxes, bay, size.halfLength, size.halfWidth);
    placeBox(boxes, bay, bayX(lot, bay) + dx, bayY(lot, bay) + dy, heading);
  }
  goal.x = bayX(lot, target);
  goal.y = bayY(lot, target);
  // Nose in or nose out: half the goals want the car backed in.
  goal.heading = (random.next() < 0.5 ? 0.5 : -0.5) * Math.PI;
  const reach = lot.halfX - END_ROOM;
  start.x = random.uniform(-reach, reach);
  start.y = random.uniform(-0.8, 0.8);
  start.heading = (random.next() < 0.5 ? 0 : Math.PI) + random.uniform(-0.3, 0.3);
}
