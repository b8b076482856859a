/** What happens when boxes meet: the agent is pushed out, cars share their speed, cones fall. */
import { BOX_KIND, type Boxes, type Overlap, overlaps } from '../frame/boxes.ts';
import { pushOut } from '../frame/contact.ts';
import { length2 } from '../frame/length.ts';
import { V, type VehicleParameters } from '../vehicle/vehicle.ts';
import type { Traffic } from './car-following.ts';
import { hitPerson, type People } from './people.ts';
import { pushCar, trafficSpeedAlong } from './traffic.ts';

/** What happened to the agent in the last step. */
export interface Contacts {
  vehicle: boolean;
  object: boolean;
  /** A pedestrian or cyclist. */
  person: boolean;
}

/** What `collide` reads and changes of a world. */
export interface Collidable {
  readonly state: Float64Array;
  readonly vehicle: VehicleParameters;
  readonly boxes: Boxes;
  readonly traffic: Traffic;
  readonly people: People;
  readonly contacts: Contacts;
}

const overlap: Overlap = { depth: 0, nx: 0, ny: 0 };

/** Find contacts of the agent; solid things push the agent out and take its speed towards them. */
export function collide(world: Collidable): void {
  const { state, boxes, contacts, vehicle } = world;
  contacts.vehicle = false;
  contacts.object = false;
  contacts.person = false;
  const reach = length2(vehicle.length / 2, vehicle.width / 2);
  const { kind, x: xs, y: ys, reach: reaches } = boxes;
  let x = state[V.x]!;
  let y = state[V.y]!;
  for (let i = 0; i < boxes.count; i++) {
    if (kind[i] === BOX_KIND.none) continue;
    const dx = x - xs[i]!;
    const dy = y - ys[i]!;
    const far = reaches[i]! + reach;
    if (dx * dx + dy * dy > far * far) continue;
    touch(world, i);
    x = state[V.x]!;
    y = state[V.y]!;
  }
}

/** The agent and row `i`, whose circles meet. */
function touch(world: Collidable, i: number): void {
  const { state, boxes, contacts, vehicle } = world;
  // Contacts move the agent but do not turn it.
  const cos = Math.cos(state[V.heading]!);
  const sin = Math.sin(state[V.heading]!);
  const [x, y] = [state[V.x]!, state[V.y]!];
  const { length, width } = vehicle;
  if (!overlaps(boxes, i, x, y, cos, sin, length / 2, width / 2, overlap)) return;
  const kind = boxes.kind[i]!;
  if (kind === BOX_KIND.pedestrian || kind === BOX_KIND.cyclist) {
    contacts.person = true;
    hitPerson(world.people, i, boxes);
    return;
  }
  if (kind === BOX_KIND.vehicle) contacts.vehicle = true;
  else contacts.object = true;
  if (kind === BOX_KIND.cone || kind === BOX_KIND.triangle) {
    boxes.kind[i] = BOX_KIND.none; // knocked over and gone
    return;
  }
  if (kind === BOX_KIND.vehicle) shove(world, i, cos, sin);
  else pushOut(state, cos, sin, overlap, 1, 0);
}

/** Two cars of equal mass that touch each move back half of the depth, and share their speed along the contact. */
function shove(world: Collidable, i: number, cos: number, sin: number): void {
  const { traffic, boxes, state } = world;
  const speed = trafficSpeedAlong(traffic, i, boxes, overlap.nx, overlap.ny);
  const lost = pushOut(state, cos, sin, overlap, 0.5, speed);
  pushCar(traffic, i, boxes, -overlap.nx, -overlap.ny, overlap.depth / 2, lost);
}
