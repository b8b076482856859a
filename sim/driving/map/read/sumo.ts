/** SUMO's networks (`.net.xml`, as netconvert writes them). */
import { pathEnd } from '../frame.ts';
import { wrap } from './curve.ts';
import type { DraftLane, DraftRoad, DraftStrip, NetworkDraft } from './draft.ts';
import { courseThrough, type ShapePoint } from './polyline.ts';
import { childrenOf, fail, numberOf, textOf, type XmlElement } from './xml.ts';

/** SUMO's width of lanes that have none of their own, metres. */
const LANE_WIDTH = 3.2;
/** Linked lanes farther apart than this have no lane of the junction between them, metres. */
const GAP = 1;

interface Edge {
  readonly element: XmlElement;
  readonly lanes: readonly XmlElement[];
}

/** Right of way by the state of a connection: the lower goes first. */
const RANKS: Readonly<Record<string, number>> = { m: 1, g: 1, s: 2, w: 1, Z: 1 };

/** @throws RoadFileError with the line of what is wrong or not supported. */
export function readSumo(root: XmlElement): NetworkDraft {
  const leftHand = root.attributes['lefthand'] === 'true';
  const edges = new Map<string, Edge>();
  for (const element of childrenOf(root, 'edge')) {
    const lanes = childrenOf(element, 'lane');
    lanes.sort((a, b) => numberOf(a, 'index') - numberOf(b, 'index'));
    edges.set(textOf(element, 'id'), { element, lanes });
  }
  const roads = new Map<string, DraftRoad>();
  const lanes = new Map<string, DraftLane>();
  const strips: DraftStrip[] = [];
  for (const [id, edge] of edges) {
    const use = edge.element.attributes['function'] ?? 'normal';
    if (use === 'internal' || use === 'crossing' || use === 'walkingarea') continue;
    const road = readEdge(id, edge, leftHand, lanes, strips);
    if (road.lanes.length > 0) roads.set(id, road);
  }
  if (roads.size === 0) fail(root, 'has no edge that cars may drive on');
  linkOpposites(roads, edges);
  const movements = readConnections(root, edges, lanes, leftHand);
  return {
    file: root.file,
    leftHand,
    roads: [...roads.values(), ...movements],
    strips,
    signals: [],
  };
}

function readEdge(
  id: string,
  { lanes: elements }: Edge,
  leftHand: boolean,
  lanes: Map<string, DraftLane>,
  strips: DraftStrip[],
): DraftRoad {
  const road: DraftRoad = { name: id, side: 'right', junction: undefined, lanes: [] };
  for (const [i, element] of elements.entries()) {
    const course = courseThrough(shapeOf(element), numberOf(element, 'width', LANE_WIDTH));
    if (!course) fail(element, 'shape: has no length');
    if (!carsMay(element)) {
      strips.push({
        course,
        kind: /pedestrian/.test(element.attributes['allow'] ?? '') ? 'sidewalk' : 'asphalt',
      });
      continue;
    }
    const lane = laneOf(`edge ${id} lane ${i}`, element, course);
    lanes.set(`${id} ${numberOf(element, 'index')}`, lane);
    // Lane 0 is the outermost one: the right one where traffic keeps right.
    if (leftHand) road.lanes.push(lane);
    else road.lanes.unshift(lane);
  }
  for (const [i, lane] of road.lanes.entries()) {
    lane.leftLine = i === 0 ? (leftHand ? 'kerb' : 'continuous') : 'broken';
    lane.rightLine = i === road.lanes.length - 1 ? (leftHand ? 'continuous' : 'kerb') : 'broken';
  }
  return road;
}

function laneOf(name: string, element: XmlElement, course: DraftLane['course']): DraftLane {
  return {
    name,
    line: element.line,
    course,
    leftLine: 'none',
    rightLine: 'none',
    leftColour: 'white',
    rightColour: 'white',
    speedLimit: numberOf(element, 'speed'),
    successors: new Set(),
  };
}

function carsMay({ attributes: { allow, disallow } }: XmlElement): boolean {
  const has = (list: string) =>
    list.split(' ').some((kind) => kind === 'passenger' || kind === 'all');
  if (allow !== undefined) return has(allow);
  return disallow === undefined || !has(disallow);
}

function shapeOf(lane: XmlElement): ShapePoint[] {
  const points = textOf(lane, 'shape').trim().split(/\s+/);
  return points.map((text): ShapePoint => {
    const [x, y, z = 0] = text.split(',').map(Number);
    if (x === undefined || y === undefined || ![x, y, z].every(Number.isFinite)) {
      return fail(lane, `shape: has "${text}", allowed x,y or x,y,z`);
    }
    return [x, y, z];
  });
}

/** An edge and the one back between the same two junctions lie beside each other. */
function linkOpposites(
  roads: ReadonlyMap<string, DraftRoad>,
  edges: ReadonlyMap<string, Edge>,
): void {
  const ends = (id: string) => edges.get(id)!.element.attributes;
  const byEnds = new Map(
    [...roads.keys()].map((id) => [`${ends(id)['from']} ${ends(id)['to']}`, id]),
  );
  for (const [id, road] of roads) {
    const back = byEnds.get(`${ends(id)['to']} ${ends(id)['from']}`);
    const other = back === undefined ? undefined : roads.get(back);
    if (!other || road.lanes.length === 0) continue;
    road.opposite = other;
    const inner = road.lanes[0]!;
    inner.leftColour = 'yellow';
  }
}

/** Lanes through junctions: one per connection, along all internal lanes that it goes by. */
function readConnections(
  root: XmlElement,
  edges: ReadonlyMap<string, Edge>,
  lanes: ReadonlyMap<string, DraftLane>,
  leftHand: boolean,
): DraftRoad[] {
  const connections = childrenOf(root, 'connection');
  const onward = new Map<string, XmlElement>();
  for (const connection of connections) {
    onward.set(`${textOf(connection, 'from')}_${textOf(connection, 'fromLane')}`, connection);
  }
  const roads: DraftRoad[] = [];
  for (const connection of connections) {
    const { from: fromId, to: toId, dir, state = 'M' } = connection.attributes;
    const from = lanes.get(`${fromId} ${connection.attributes['fromLane']}`);
    const to = lanes.get(`${toId} ${connection.attributes['toLane']}`);
    // Cars turn round at dead ends only in SUMO; here the way ends there.
    if (!from || !to || dir === 't') continue;
    const via = internalLanes(connection, edges, onward);
    if (via.length === 0) {
      join(connection, from, to);
      continue;
    }
    const start = pathEnd(from.course.paths.at(-1)!).heading;
    const end = to.course.paths[0]!.heading;
    const width = Math.min(from.course.width, to.course.width);
    const points = via.flatMap(shapeOf);
    const course = courseThrough(points, width, start, end);
    if (!course) {
      join(connection, from, to);
      continue;
    }
    const lane = laneOf(`connection ${fromId} to ${toId}`, via[0]!, course);
    lane.rank = RANKS[state] ?? 0;
    from.successors.add(lane);
    lane.successors.add(to);
    const junction = edges.get(fromId!)!.element.attributes['to'] ?? '';
    roads.push({
      name: `${fromId}>${toId}`,
      side: leftHand ? 'left' : 'right',
      junction,
      lanes: [lane],
    });
  }
  return roads;
}

/** A left turn often waits in the middle of the junction: it has two lanes there, one after the other. */
function internalLanes(
  connection: XmlElement,
  edges: ReadonlyMap<string, Edge>,
  onward: ReadonlyMap<string, XmlElement>,
): XmlElement[] {
  const found: XmlElement[] = [];
  let { via } = connection.attributes;
  while (via !== undefined && found.length < 8) {
    const [, edge = '', index = ''] = /^(.*)_(\d+)$/.exec(via) ?? [];
    const lane = edges.get(edge)?.lanes[Number(index)];
    if (!lane) return fail(connection, `via: is "${via}", no lane of this file`);
    found.push(lane);
    via = onward.get(via)?.attributes['via'];
  }
  return found;
}

function join(connection: XmlElement, from: DraftLane, to: DraftLane): void {
  const end = pathEnd(from.course.paths.at(-1)!);
  const start = to.course.paths[0]!;
  const gap = Math.hypot(end.x - start.x, end.y - start.y);
  if (gap > GAP || Math.abs(wrap(end.heading - start.heading)) > 1) {
    fail(
      connection,
      `leads over ${gap.toFixed(1)} m without a lane between: the file was written without internal links`,
    );
  }
  from.successors.add(to);
}
