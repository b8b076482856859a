/**
 * The driving world of one episode: map, agent, traffic, objects; everything that changes sits in
 * typed arrays, so that saving it is copying them.
 */
import { createRandom, RANDOM_STATE_SIZE, type Random } from '../../random.ts';
import { BOX_KIND, type Boxes, createBoxes } from '../frame/boxes.ts';
import type { Saved } from '../frame/saved.ts';
import { cachedMap } from '../map/cache.ts';
import type { LanePosition, RoadMap } from '../map/contract.ts';
import { projectOn } from '../map/course.ts';
import type { EgoView, Traffic } from '../traffic/car-following.ts';
import { type Contacts, collide } from '../traffic/contact.ts';
import { listObjects } from '../traffic/lane-buckets.ts';
import { type ObjectSlots, objectSlots, placeObjects, slotCount } from '../traffic/objects.ts';
import {
  type Cars,
  createPeople,
  type People,
  peopleCount,
  placePeople,
  stepPeople,
  writePeopleBoxes,
} from '../traffic/people.ts';
import {
  createTraffic,
  indexTraffic,
  sizeTrafficBoxes,
  spawnTraffic,
  stepTraffic,
  trafficSpeed,
  writeTrafficBoxes,
} from '../traffic/traffic.ts';
import { VEHICLES } from '../vehicle/classes.ts';
import {
  type Slope,
  stepVehicle,
  V,
  VEHICLE_STATE_SIZE,
  type VehicleParameters,
} from '../vehicle/vehicle.ts';
import { slopeUnder } from './hills.ts';
import { createNavigation, enterRoad, type Navigation, navigate } from './navigation.ts';
import type { DrivingOptions } from './options.ts';

/** Random sub-streams of a seed. */
const STREAM = { spawn: 1, traffic: 2, objects: 3, sensors: 4, people: 0x70656f } as const;
const TRAFFIC_PER_BLOCK = 11;
const MAX_TRAFFIC = 64;
/** Blocks for which there is room on roads of a file, whose routes differ in length. */
const FILE_BLOCKS = 6;
/** Metres of the first lane behind the agent's start (MetaDrive). */
const SPAWN_AT = 5;
/** The agent counts as in a lane from this far outside it: half its width less what may stick out. */
const REACH_INTO_LANE = 0.7;
/** Where absent cars are parked, metres. */
const FAR = 1e6;

export interface DrivingWorld extends Saved {
  readonly options: DrivingOptions;
  readonly vehicle: VehicleParameters;
  readonly state: Float64Array;
  readonly boxes: Boxes;
  readonly traffic: Traffic;
  readonly slots: ObjectSlots;
  readonly people: People;
  readonly contacts: Contacts;
  readonly sensors: Random;
  seed: number;
  mapSeed: number;
  map: RoadMap;
  navigation: Navigation;
  reset(seed: number): void;
  /** Advance everything by `dt` with the agent's action: steering, throttle. */
  step(action: Float32Array, dt: number): void;
}

function roomForTraffic({ density, compat }: DrivingOptions, blocks: number): Traffic {
  const capacity = density === 0 ? 0 : Math.min(MAX_TRAFFIC, TRAFFIC_PER_BLOCK * blocks);
  return createTraffic(capacity, compat !== undefined);
}

export function createWorld(options: DrivingOptions): DrivingWorld {
  const firstMap = cachedMap(options.mapSeed ?? 0, options.map);
  const blocks = options.map.network
    ? FILE_BLOCKS
    : (options.map.sequence?.length ?? options.map.blocks);
  const traffic = roomForTraffic(options, blocks);
  const slots = objectSlots(traffic.capacity, options.accidentProb === 0 ? 0 : blocks);
  const people = createPeople(traffic.capacity + slotCount(slots), blocks, options);
  const boxes = createBoxes(people.start + peopleCount(people));
  const vehicle = VEHICLES[options.vehicle];
  boxes.count = boxes.capacity;
  sizeTrafficBoxes(traffic, boxes);
  const trafficRandom = createRandom(0, STREAM.traffic);
  const sensors = createRandom(0, STREAM.sensors);
  const spawn = createRandom(0, STREAM.spawn);
  const slope: Slope = { along: 0, aside: 0 };
  const ego: EgoView = {
    x: 0,
    y: 0,
    speed: 0,
    halfLength: vehicle.length / 2,
    block: 0,
    lanes: new Int32Array(16),
    laneCount: 0,
    s: new Float64Array(16),
    people: people.start,
  };
  const objectRows = slotCount(slots);
  const size =
    4 +
    VEHICLE_STATE_SIZE +
    traffic.state.length +
    objectRows +
    people.state.length +
    2 * RANDOM_STATE_SIZE;

  const world: DrivingWorld = {
    options,
    vehicle,
    state: new Float64Array(VEHICLE_STATE_SIZE),
    boxes,
    traffic,
    slots,
    people,
    contacts: { vehicle: false, object: false, person: false },
    sensors,
    seed: -1,
    mapSeed: options.mapSeed ?? 0,
    map: firstMap,
    navigation: createNavigation(firstMap, firstMap.spawnLanes[0]!),
    size,
    reset(seed) {
      arrange(seed);
      const { map, state } = world;
      const lane = map.lanes[world.navigation.lane.id]!;
      const point = new Float64Array(2);
      lane.pointAt(SPAWN_AT, 0, point);
      state.fill(0);
      state[V.x] = point[0]!;
      state[V.y] = point[1]!;
      state[V.heading] = lane.headingAt(SPAWN_AT);
      navigate(world.navigation, state);
      trafficRandom.reseed(seed, STREAM.traffic);
      sensors.reseed(seed, STREAM.sensors);
      spawnTraffic(traffic, map, options, boxes, point[0]!, point[1]!, trafficRandom);
      writeTrafficBoxes(traffic, map, boxes);
      world.contacts.vehicle = false;
      world.contacts.object = false;
      world.contacts.person = false;
    },
    step(action, dt) {
      const { state, map } = world;
      if (map.hilly) {
        slopeUnder(world, slope);
        stepVehicle(world.vehicle, state, action[0]!, action[1]!, dt, false, slope);
      } else stepVehicle(world.vehicle, state, action[0]!, action[1]!, dt);
      lookAtEgo(world, ego);
      stepTraffic(traffic, map, options, boxes, ego, dt, trafficRandom);
      writeTrafficBoxes(traffic, map, boxes);
      if (people.habits.length > 0) {
        stepPeople(people, cars, dt);
        writePeopleBoxes(people, boxes);
      }
      collide(world);
      navigate(world.navigation, state);
    },
    save(out, offset) {
      out[offset] = world.seed;
      out[offset + 1] = world.navigation.index;
      out[offset + 2] = world.navigation.completion;
      out[offset + 3] = (world.contacts.vehicle ? 1 : 0) + (world.contacts.object ? 2 : 0);
      if (world.contacts.person) out[offset + 3]! += 4;
      let at = offset + 4;
      out.set(world.state, at);
      at += VEHICLE_STATE_SIZE;
      out.set(traffic.state, at);
      at += traffic.state.length;
      for (let i = 0; i < objectRows; i++) out[at + i] = boxes.kind[slots.start + i]!;
      at += objectRows;
      out.set(people.state, at);
      at += people.state.length;
      trafficRandom.save(out, at);
      sensors.save(out, at + RANDOM_STATE_SIZE);
    },
    load(from, offset) {
      if (world.seed !== from[offset]) arrange(from[offset]!);
      enterRoad(world.navigation, from[offset + 1]!);
      world.contacts.vehicle = (from[offset + 3]! & 1) !== 0;
      world.contacts.object = (from[offset + 3]! & 2) !== 0;
      world.contacts.person = (from[offset + 3]! & 4) !== 0;
      let at = offset + 4;
      for (let i = 0; i < VEHICLE_STATE_SIZE; i++) world.state[i] = from[at + i]!;
      at += VEHICLE_STATE_SIZE;
      for (let i = 0; i < traffic.state.length; i++) traffic.state[i] = from[at + i]!;
      indexTraffic(traffic);
      at += traffic.state.length;
      for (let i = 0; i < objectRows; i++) boxes.kind[slots.start + i] = from[at + i]!;
      at += objectRows;
      for (let i = 0; i < people.state.length; i++) people.state[i] = from[at + i]!;
      at += people.state.length;
      writePeopleBoxes(people, boxes);
      trafficRandom.load(from, at);
      sensors.load(from, at + RANDOM_STATE_SIZE);
      writeTrafficBoxes(traffic, world.map, boxes);
      navigate(world.navigation, world.state);
      enterRoad(world.navigation, from[offset + 1]!);
      world.navigation.completion = from[offset + 2]!;
    },
  };

  /** Map, route and objects: all that follows from the seed alone. */
  function arrange(seed: number): void {
    world.seed = seed;
    world.mapSeed = options.mapSeed ?? seed;
    world.map = cachedMap(world.mapSeed, options.map);
    spawn.reseed(seed, STREAM.spawn);
    const lanes = world.map.spawnLanes;
    world.navigation = createNavigation(world.map, lanes[spawn.integer(lanes.length)]!);
    spawn.reseed(seed, STREAM.objects);
    const { route } = world.navigation;
    placeObjects(boxes, slots, world.map, route, options.accidentProb, spawn);
    const objects = traffic.capacity + objectRows;
    listObjects(traffic.buckets, world.map, boxes, traffic.capacity, objects);
    if (people.habits.length === 0) return;
    spawn.reseed(seed, STREAM.people);
    placePeople(people, world.map, route, options, spawn);
    writePeopleBoxes(people, boxes);
  }

  const cars = carsOf(world);
  return world;
}

/** The agent and the traffic as people at the kerb see them. */
function carsOf(world: DrivingWorld): Cars {
  const { traffic, boxes } = world;
  return {
    count: 1 + traffic.capacity,
    read: (i, out) => {
      const row = i - 1;
      const there = row < 0 || boxes.kind[row] === BOX_KIND.vehicle;
      const speed = row < 0 ? world.state[V.vx]! : there ? trafficSpeed(traffic, row) : 0;
      const heading = row < 0 ? world.state[V.heading]! : boxes.heading[row]!;
      out.x = !there ? FAR : row < 0 ? world.state[V.x]! : boxes.x[row]!;
      out.y = !there ? FAR : row < 0 ? world.state[V.y]! : boxes.y[row]!;
      out.vx = speed * Math.cos(heading);
      out.vy = speed * Math.sin(heading);
    },
  };
}

const temp: LanePosition = { s: 0, lateral: 0 };

function lookAtEgo(world: DrivingWorld, ego: EgoView): void {
  const { map, state, navigation } = world;
  ego.x = state[V.x]!;
  ego.y = state[V.y]!;
  ego.speed = Math.max(0, state[V.vx]!);
  ego.block = navigation.nextBlock;
  ego.laneCount = map.lanesAt(ego.x, ego.y, REACH_INTO_LANE, ego.lanes);
  for (let i = 0; i < ego.laneCount; i++) {
    projectOn(map.courses, ego.lanes[i]!, ego.x, ego.y, temp);
    ego.s[i] = temp.s;
  }
}
