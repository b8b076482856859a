/** Turns accepted block plans into roads and lanes: numbers them, links them, computes right of way. */
import type { Block, Lane, LineKind, Road } from './contract.ts';
import { type Path, pathEnd } from './frame.ts';
import { createLane } from './lane.ts';
import type { BlockPlan, RoadPlan } from './plan.ts';
import { addRightOfWay, type OpenLane, type RankedLane } from './right-of-way.ts';

/** A block of the final layout and which of its exits the next one uses. */
export interface PlacedBlock {
  readonly plan: BlockPlan;
  readonly exit: number;
}

export interface Network {
  readonly blocks: readonly Block[];
  readonly roads: readonly Road[];
  readonly lanes: readonly Lane[];
  readonly destination: number;
}

/** Legal limit on open road, and the sideways acceleration that limits curves. */
const SPEED_LIMIT = 60 / 3.6;
const LATERAL_ACCELERATION = 3;

/** m/s at which a lane may be driven. */
export function speedLimit(curvature: number): number {
  const comfort = Math.sqrt(LATERAL_ACCELERATION / Math.max(Math.abs(curvature), 1e-9));
  return Math.min(SPEED_LIMIT, comfort);
}

interface Draft {
  readonly blocks: { kind: string; roads: number[] }[];
  readonly roads: (Road & { readonly plan: RoadPlan })[];
  readonly lanes: OpenLane[];
  nodes: number;
}

export function buildNetwork(placed: readonly PlacedBlock[], laneWidth: number): Network {
  const draft: Draft = { blocks: [], roads: [], lanes: [], nodes: 2 };
  // Global node numbers of the current block's entry.
  let entry: [number, number] = [0, 1];
  for (const { plan, exit } of placed) {
    const first = draft.nodes;
    const node = (local: number) => (local < 2 ? entry[local as 0 | 1] : first + local - 2);
    addBlock(draft, plan, node, laneWidth);
    draft.nodes += plan.nodes - 2;
    const socket = plan.exits[exit];
    if (!socket) throw new Error(`block ${plan.kind} has no exit ${exit}`);
    entry = [node(socket.forward), node(socket.backward)];
  }
  linkLanes(draft);
  for (const block of draft.blocks) addRightOfWay(rankedLanes(draft, block.roads));
  return {
    blocks: draft.blocks,
    roads: draft.roads.map(({ plan: _, ...road }) => road),
    lanes: draft.lanes,
    destination: entry[0],
  };
}

function addBlock(
  draft: Draft,
  plan: BlockPlan,
  node: (local: number) => number,
  width: number,
): void {
  const firstRoad = draft.roads.length;
  const block = draft.blocks.length;
  draft.blocks.push({ kind: plan.kind, roads: plan.roads.map((_, i) => firstRoad + i) });
  for (const road of plan.roads) {
    const id = draft.roads.length;
    const lanes = road.lanes.map((path, index) => addLane(draft, road, id, index, path, width));
    draft.roads.push({
      id,
      from: node(road.from),
      to: node(road.to),
      lanes,
      block,
      length: road.lanes.reduce((sum, lane) => sum + lane.length, 0) / road.lanes.length,
      opposite: road.opposite === undefined ? -1 : firstRoad + road.opposite,
      plan: road,
    });
  }
}

function addLane(
  draft: Draft,
  plan: RoadPlan,
  road: number,
  index: number,
  path: Path,
  width: number,
): number {
  const id = draft.lanes.length;
  const last = plan.lanes.length - 1;
  const inner: LineKind = plan.inner ?? (plan.junction ? 'none' : 'broken');
  draft.lanes.push(
    createLane(
      {
        id,
        road,
        index,
        width,
        leftLine: index === 0 ? plan.left : plan.taper && index === last ? 'none' : inner,
        rightLine: index === last ? plan.right : plan.taper && index === last - 1 ? 'none' : inner,
        leftLineColour: index === 0 ? (plan.leftColour ?? 'white') : 'white',
        rightLineColour: 'white',
        speedLimit: speedLimit(path.curvature),
        successors: [] as number[],
        predecessors: [] as number[],
        trafficSuccessors: [] as number[],
        junction: plan.junction ?? false,
        turn: plan.turn ?? 'straight',
        left: index === 0 ? -1 : id - 1,
        right: index === last ? -1 : id + 1,
        yieldTo: [] as number[],
        conflicts: [] as number[],
      },
      path,
    ),
  );
  return id;
}

/** Two lanes at a node are linked when one ends with the position and heading with which the other begins. */
function linkLanes(draft: Draft): void {
  const outgoing = Array.from({ length: draft.nodes }, () => [] as number[]);
  for (const road of draft.roads) outgoing[road.from]!.push(road.id);
  for (const road of draft.roads) {
    for (const laneId of road.lanes) {
      const lane = draft.lanes[laneId]!;
      const end = pathEnd(lanePath(lane));
      for (const next of outgoing[road.to]!) {
        for (const candidate of draft.roads[next]!.lanes) {
          const other = draft.lanes[candidate]!;
          if (!joins(end, other)) continue;
          lane.successors.push(candidate);
          if (draft.roads[next]!.plan.legal?.[other.index] ?? true) {
            lane.trafficSuccessors.push(candidate);
          }
          other.predecessors.push(laneId);
        }
      }
    }
  }
}

function rankedLanes(draft: Draft, roads: readonly number[]): RankedLane[] {
  const ranked: RankedLane[] = [];
  for (const id of roads) {
    const { plan, lanes } = draft.roads[id]!;
    if (plan.rank === undefined) continue;
    for (const lane of lanes) {
      const open = draft.lanes[lane]!;
      ranked.push({ lane: open, rank: plan.laneRanks?.[open.index] ?? plan.rank });
    }
  }
  return ranked;
}

function joins(end: { x: number; y: number; heading: number }, lane: Lane): boolean {
  const distance = Math.hypot(end.x - lane.startX, end.y - lane.startY);
  return distance < 1e-6 && Math.cos(end.heading - lane.startHeading) > 1 - 1e-9;
}

function lanePath(lane: Lane): Path {
  const { startX: x, startY: y, startHeading: heading, length, curvature } = lane;
  return { x, y, heading, length, curvature };
}
