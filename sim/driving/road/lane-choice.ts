/**
 * What the hand-written drivers look at: which lane of the route has room ahead and leads on, the point
 * on it to steer to (pure pursuit, Coulter 1992), and how fast (IDM). Reads the true state, changes nothing.
 */
import { BOX_KIND } from '../frame/boxes.ts';
import type { Lane, LanePosition } from '../map/contract.ts';
import { personSpeed } from '../traffic/people.ts';
import { trafficSpeed } from '../traffic/traffic.ts';
import { V } from '../vehicle/vehicle.ts';
import type { DrivingWorld } from './world.ts';

/** m/s; MetaDrive's own IDM drives 30 km/h, a trained policy about 40. */
const CRUISE = 11;
/** Comfortable sideways acceleration in bends, m/s². */
const SIDE_ACCELERATION = 2.2;
const SIGHT = 45;
/** Metres of free road that one lane change must gain. */
const CHANGE_PRICE = 6;
/** Free width beside the car that counts as passing clear, m. */
const CLEARANCE = 0.35;
/** Metres kept beside people who are crossing. */
const CROSSING = 2.5;
const BRAKING = 3;
/** Bends of a smaller radius, metres, which roads of files have and generated ones do not, are slowed down for this much earlier, metres. */
const TIGHT = 6.5;
const TIGHT_EARLIER = 6;
/** Least metres ahead that are steered to. */
const CLOSEST = 3.5;
/** Metres kept to traffic and to what stands in the way, which takes room to steer around. */
const GAP_MOVING = 3;
const GAP_STANDING = 9;

const point = new Float64Array(2);

/** Curvature of the arc to the point aimed at on the lane, 1/m. */
export function pursue(world: DrivingWorld, lane: Lane): number {
  const { state } = world;
  let reach = Math.max(6, Math.min(16, 3.5 + 0.75 * state[V.vx]!));
  // Aiming farther would cut the corner.
  bendsAhead(world, lane, reach, (bend) => {
    if (isTight(bend)) reach = Math.min(reach, Math.max(CLOSEST, 1 / Math.abs(bend)));
  });
  aim(world, lane, reach, point);
  const dx = point[0]! - state[V.x]!;
  const dy = point[1]! - state[V.y]!;
  const cos = Math.cos(state[V.heading]!);
  const sin = Math.sin(state[V.heading]!);
  const ahead = dx * cos + dy * sin;
  const aside = dy * cos - dx * sin;
  return (2 * aside) / Math.max(1, ahead * ahead + aside * aside);
}

/** Lanes of the route's current road, scored by free road ahead less the cost of getting there. */
export function chooseLane(world: DrivingWorld, memory: { lane: number }): Lane {
  const { map, navigation } = world;
  const road = map.roads[navigation.route.roads[navigation.index]!]!;
  const current = navigation.lane;
  let best = current;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < road.lanes.length; i++) {
    const lane = map.lanes[road.lanes[i]!]!;
    const s = (navigation.at.s / current.length) * lane.length;
    const changes = Math.abs(lane.index - current.index);
    let score = Math.min(SIGHT, freeAhead(world, lane, s)) - CHANGE_PRICE * changes;
    if (changes > 0) score = Math.min(score, room(world, current, lane, s) ? score : -50);
    if (!leadsOn(world, lane)) score -= 25 + 60 * Math.max(0, 1 - (lane.length - s) / 40);
    if (lane.id === memory.lane) score += 3; // do not change back and forth
    if (score > bestScore) {
      bestScore = score;
      best = lane;
    }
  }
  memory.lane = best.id;
  // One lane at a time.
  if (Math.abs(best.index - current.index) <= 1) return best;
  return map.lanes[best.index > current.index ? current.right : current.left] ?? best;
}

/** A lane that is narrower at its end runs out, metres. */
const NARROW = 2;

/** Roads of a file as short as this, metres, are too late to change lanes on: what comes after them counts. */
const SHORT = 4;

/** Whether the lane reaches the next road of the route, and the one after it where that is short. */
function leadsOn(world: DrivingWorld, lane: Lane): boolean {
  if (lane.widthAt(lane.length) < NARROW) return false;
  const { roads } = world.navigation.route;
  let current: Lane | undefined = lane;
  let index = world.navigation.index;
  do {
    if (index + 1 >= roads.length) return true;
    current = nextLane(world, current, index);
    index++;
  } while (current && current.length < SHORT);
  return current !== undefined;
}

/** Successor of `lane` on the route's road after `index`. */
export function nextLane(world: DrivingWorld, lane: Lane, index: number): Lane | undefined {
  const next = world.navigation.route.roads[index + 1];
  for (let i = 0; i < lane.successors.length; i++) {
    const other = world.map.lanes[lane.successors[i]!]!;
    if (other.road === next) return other;
  }
  return undefined;
}

/** Whether no car is beside or close behind on the lane to move into. */
function room(world: DrivingWorld, from: Lane, to: Lane, s: number): boolean {
  const { boxes, state, traffic } = world;
  for (let i = 0; i < boxes.count; i++) {
    if (boxes.kind[i] === BOX_KIND.none) continue;
    to.project(boxes.x[i]!, boxes.y[i]!, at);
    if (Math.abs(at.lateral) > from.width / 2) continue;
    const gap = at.s - s;
    const moving = boxes.kind[i] === BOX_KIND.vehicle;
    const closing = moving ? trafficSpeed(traffic, i) - state[V.vx]! : 0;
    const behind = moving ? 6 + 2 * Math.max(0, closing) : 4;
    if (gap > -behind && gap < 6) return false;
  }
  return true;
}

/** `shift`: metres to the left of the lane's middle at which to drive; each driver sets it before it looks. */
export const way = { shift: 0 };
const at: LanePosition = { s: 0, lateral: 0 };
const lead = { gap: 0, speed: 0, standing: false };

/** Metres until something in the way when driving `lane` from `s` on along the route. */
export function freeAhead(world: DrivingWorld, lane: Lane, s: number): number {
  lead.gap = SIGHT;
  lead.speed = 0;
  lead.standing = false;
  let current: Lane | undefined = lane;
  let from = s;
  let before = 0;
  let index = world.navigation.index;
  while (current && before < SIGHT) {
    scanLane(world, current, from, before);
    before += current.length - from;
    from = 0;
    current = nextLane(world, current, index);
    index++;
  }
  return lead.gap;
}

function scanLane(world: DrivingWorld, lane: Lane, from: number, before: number): void {
  const { boxes, vehicle, traffic, people } = world;
  const half = vehicle.length / 2;
  for (let i = 0; i < boxes.count; i++) {
    const kind = boxes.kind[i]!;
    if (kind === BOX_KIND.none) continue;
    lane.project(boxes.x[i]!, boxes.y[i]!, at);
    if (at.s <= from || at.s > lane.length) continue;
    const turned = Math.abs(Math.sin(boxes.heading[i]! - lane.headingAt(at.s)));
    const wide = boxes.halfWidth[i]! + turned * (boxes.halfLength[i]! - boxes.halfWidth[i]!);
    // For a person who is crossing, the place where they will be counts.
    const crossing = personSpeed(people, i) > 0 ? CROSSING : 0;
    if (Math.abs(at.lateral - way.shift) > wide + vehicle.width / 2 + CLEARANCE + crossing)
      continue;
    const gap = before + at.s - from - half - boxes.halfLength[i]!;
    if (gap >= lead.gap) continue;
    lead.gap = gap;
    lead.standing = kind !== BOX_KIND.vehicle;
    const same = Math.cos(boxes.heading[i]! - lane.headingAt(at.s));
    lead.speed = i < traffic.capacity ? Math.max(0, same) * trafficSpeed(traffic, i) : 0;
  }
}

/** Point `reach` metres ahead on the lane and its successors along the route. */
export function aim(world: DrivingWorld, lane: Lane, reach: number, out: Float64Array): void {
  lane.project(world.state[V.x]!, world.state[V.y]!, at);
  let s = at.s + reach;
  let current = lane;
  let index = world.navigation.index;
  while (s > current.length) {
    const next = nextLane(world, current, index);
    if (!next) break;
    s -= current.length;
    current = next;
    index++;
  }
  current.pointAt(s, way.shift, out);
}

/** Speed now, m/s, from which a bend `before` metres ahead is reached slowly enough. */
function bendSpeed(curvature: number, before: number): number {
  if (curvature === 0) return CRUISE;
  const bend = Math.sqrt(SIDE_ACCELERATION / Math.abs(curvature));
  const left = isTight(curvature) ? before - TIGHT_EARLIER : before;
  return Math.sqrt(bend * bend + 2 * BRAKING * Math.max(0, left));
}

const isTight = (curvature: number) => Math.abs(curvature) * TIGHT > 1;

/** Calls `visit` with the curvature, 1/m, of every bend within `reach` metres on the way and the metres up to it. */
function bendsAhead(
  world: DrivingWorld,
  lane: Lane,
  reach: number,
  visit: (curvature: number, before: number) => void,
): void {
  let current: Lane | undefined = lane;
  let before = -Math.max(0, world.navigation.at.s);
  let index = world.navigation.index;
  while (current && before < reach) {
    const { pieces } = current;
    if (pieces.length === 0) visit(current.curvature, before);
    for (let i = 0; i < pieces.length; i++) {
      const { from, length, curvature } = pieces[i]!;
      // Those behind no longer matter, those too far do not yet.
      if (before + from + length < 0 || before + from > reach) continue;
      visit(curvature, before + from);
    }
    before += current.length;
    current = nextLane(world, current, index);
    index++;
  }
}

export function wantedSpeed(world: DrivingWorld, lane: Lane, curvature: number): number {
  const { navigation, state } = world;
  let wanted = CRUISE;
  // Bends within braking distance limit the speed now.
  bendsAhead(world, lane, 30, (bend, before) => {
    wanted = Math.min(wanted, bendSpeed(bend, before));
  });
  wanted = Math.min(wanted, Math.sqrt(3.5 / Math.max(1e-3, curvature)));
  // The lane driven into, and the one still under the wheels while changing.
  const s = (navigation.at.s / navigation.lane.length) * lane.length;
  wanted = Math.min(wanted, followSpeed(freeAhead(world, lane, s)));
  if (lane.id !== navigation.lane.id && Math.abs(navigation.at.lateral) < 1.5) {
    const gap = freeAhead(world, navigation.lane, navigation.at.s);
    // The car is leaving this lane anyway: only what is really close matters.
    wanted = Math.min(wanted, Math.max(gap > 4 ? 3 : gap > 1 ? 1.5 : 0, followSpeed(gap + 4)));
  }
  return Math.max(0, Math.min(wanted, state[V.vx]! + 3));
}

/** Speed from which braking gently still keeps a gap to the leader found last. */
function followSpeed(gap: number): number {
  if (gap >= SIGHT) return CRUISE;
  const keep = lead.standing ? GAP_STANDING : GAP_MOVING;
  return Math.sqrt(lead.speed * lead.speed + 2 * 2 * Math.max(0, gap - keep));
}
