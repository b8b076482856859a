/** Road maps from a seed. */
import { createRandom, type Random } from '../../random.ts';
import { planIntersection, planTIntersection } from './blocks/junction.ts';
import { planRoundabout } from './blocks/roundabout.ts';
import { planCurve, planFirst, planStraight } from './blocks/straight.ts';
import { planMerge, planOffRamp, planOnRamp, planSplit } from './blocks/taper.ts';
import type { MapOptions, RoadMap } from './contract.ts';
import { courseRows } from './course.ts';
import { createLaneIndex } from './lane-index.ts';
import { buildNetwork, type PlacedBlock } from './network.ts';
import { blockQuads, quadsOverlap } from './overlap.ts';
import type { BlockInput, BlockPlan } from './plan.ts';
import { createRouter } from './route.ts';

/** Stream of the map's random numbers; other streams of the same seed stay independent of it. */
const MAP_STREAM = 0x6d6170;

/** Plans tried for one block before the block before it is taken back, and for a whole map. */
const TRIES_PER_BLOCK = 12;
const TRIES_PER_MAP = 4000;

const planners: Readonly<Record<string, (input: BlockInput) => BlockPlan>> = {
  S: planStraight,
  C: planCurve,
  r: planOnRamp,
  R: planOffRamp,
  X: planIntersection,
  T: planTIntersection,
  O: planRoundabout,
  y: planMerge,
  Y: planSplit,
};

/** Probability of each block kind (MetaDrive's distribution; lane changes only by name). */
const distribution: readonly (readonly [kind: string, probability: number])[] = [
  ['C', 0.3],
  ['S', 0.1],
  ['r', 0.1],
  ['R', 0.1],
  ['X', 0.15],
  ['T', 0.15],
  ['O', 0.1],
];

/**
 * The map of a seed: the same seed and options give the same map, bit for bit.
 * @throws RangeError for bad options, naming field, value and allowed range.
 * @throws Error naming the seed when no layout without overlaps is found within bounded tries.
 */
export function generateMap(seed: number, options: MapOptions): RoadMap {
  checkOptions(seed, options);
  const random = createRandom(seed, MAP_STREAM);
  const placed = layOut(seed, options, random);
  const network = buildNetwork(placed, options.laneWidth);
  const courses = courseRows(network.lanes, network.roads);
  const spawnRoad = network.roads[0]!;
  return {
    seed,
    ...network,
    courses,
    laneWidth: options.laneWidth,
    spawnLanes: spawnRoad.lanes,
    route: createRouter(network.roads, network.lanes, network.destination),
    ...createLaneIndex(network.lanes, courses),
  };
}

/** Places block after block; where nothing fits, takes back the last one. */
function layOut(seed: number, options: MapOptions, random: Random): PlacedBlock[] {
  const wanted = options.sequence?.length ?? options.blocks;
  const { laneWidth } = options;
  const origin = { x: 0, y: 0, heading: 0 };
  const first = planFirst({ frame: origin, lanes: options.lanes, laneWidth, random });
  const placed: PlacedBlock[] = [{ plan: first, exit: 0 }];
  const taken = [blockQuads(first)];
  const tries = [0];
  for (let budget = TRIES_PER_MAP; budget > 0; budget--) {
    const done = placed.length - 1;
    if (done === wanted) return placed;
    if (tries[done]! >= TRIES_PER_BLOCK && done > 0) {
      placed.pop();
      taken.pop();
      tries.pop();
      continue;
    }
    tries[done]!++;
    const last = placed[done]!;
    const socket = last.plan.exits[last.exit]!;
    const kind = options.sequence?.[done] ?? pickKind(random);
    const input = { frame: socket.frame, lanes: socket.lanes, laneWidth, random };
    const plan = planners[kind]!(input);
    const quads = blockQuads(plan);
    if (taken.some((other) => quadsOverlap(quads, other))) continue;
    placed.push({ plan, exit: random.integer(plan.exits.length) });
    taken.push(quads);
    tries.push(0);
  }
  throw new Error(
    `map seed ${seed}: no layout of ${wanted} blocks without overlaps in ${TRIES_PER_MAP} tries; use another seed or fewer blocks`,
  );
}

function pickKind(random: Random): string {
  let rest = random.next();
  for (const [kind, probability] of distribution) {
    rest -= probability;
    if (rest < 0) return kind;
  }
  return distribution[0]![0];
}

function checkOptions(seed: number, options: MapOptions): void {
  const { blocks, sequence, lanes, laneWidth } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed is ${seed}; allowed: safe non-negative integers`);
  }
  checkInteger('lanes', lanes, 1, 5);
  if (!(laneWidth >= 2.5 && laneWidth <= 5)) {
    throw new RangeError(`laneWidth is ${laneWidth}; allowed: 2.5 to 5 (metres)`);
  }
  if (sequence === undefined) {
    checkInteger('blocks', blocks, 1, 20);
    return;
  }
  if (sequence.length < 1 || sequence.length > 20) {
    throw new RangeError(`sequence has ${sequence.length} letters; allowed: 1 to 20`);
  }
  let count = lanes;
  for (const [i, letter] of [...sequence].entries()) {
    if (!Object.hasOwn(planners, letter)) {
      const allowed = Object.keys(planners).join(' ');
      throw new RangeError(
        `map: is "${sequence}" with the letter "${letter}"; allowed: ${allowed}`,
      );
    }
    count += letter === 'y' ? -1 : letter === 'Y' ? 1 : 0;
    if (count >= 1 && count <= 5) continue;
    throw new RangeError(
      `map: is "${sequence}": letter ${i + 1} ("${letter}") leaves ${count} lanes; allowed: 1 to 5`,
    );
  }
}

function checkInteger(field: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RangeError(`${field} is ${value}; allowed: whole numbers ${low} to ${high}`);
}
