/** OpenDRIVE 1.4 to 1.8 as a network. */

import { pathEnd } from '../frame.ts';
import type { DraftLane, NetworkDraft } from './draft.ts';
import { type OpenDriveRoad, readRoad, type Section } from './open-drive-road.ts';
import { childOf, childrenOf, fail, numberOf, textOf, wordOf, type XmlElement } from './xml.ts';

type End = 'start' | 'end';
const CONTACTS = ['start', 'end'] as const;
/** Lanes that are linked and yet this far apart are a fault of the file, metres. */
const GAP = 1;

/** @throws RoadFileError with the line of what is wrong or not supported. */
export function readOpenDrive(root: XmlElement): NetworkDraft {
  const header = childOf(root, 'header') ?? fail(root, 'has no <header>');
  const version = [numberOf(header, 'revMajor'), numberOf(header, 'revMinor')] as const;
  if (version[0] !== 1 || version[1] < 4 || version[1] > 8) {
    fail(header, `revMajor, revMinor: are ${version.join('.')}, allowed 1.4 to 1.8`);
  }
  const roads = new Map<string, OpenDriveRoad>();
  for (const element of childrenOf(root, 'road')) {
    const road = readRoad(element);
    if (roads.has(road.id)) fail(element, `id: is "${road.id}" a second time`);
    roads.set(road.id, road);
  }
  if (roads.size === 0) fail(root, 'has no <road>');
  const junctions = childrenOf(root, 'junction');
  for (const road of roads.values()) linkRoad(roads, road);
  for (const junction of junctions) linkJunction(roads, junction);
  const all = [...roads.values()];
  return {
    file: root.file,
    leftHand: all.filter((road) => road.leftHand).length > all.length / 2,
    roads: all.flatMap((road) => road.roads),
    strips: all.flatMap((road) => road.strips),
    signals: all.flatMap((road) => road.signals),
  };
}

/** Sections of a road with each other, and its ends with the roads that it names. */
function linkRoad(roads: ReadonlyMap<string, OpenDriveRoad>, road: OpenDriveRoad): void {
  const { sections, element } = road;
  for (let i = 1; i < sections.length; i++) {
    const [before, after] = [sections[i - 1]!, sections[i]!];
    for (const id of before.lanes.keys()) {
      const next = after.continues ? [id] : named(before, id, 'successor');
      for (const other of next) joinLanes(road, before, id, 'end', road, after, other, 'start');
    }
    if (after.continues) continue;
    for (const id of after.lanes.keys()) {
      const previous = named(after, id, 'predecessor');
      for (const other of previous) joinLanes(road, before, other, 'end', road, after, id, 'start');
    }
  }
  const link = childOf(element, 'link');
  for (const [name, end] of [
    ['predecessor', 'start'],
    ['successor', 'end'],
  ] as const) {
    const neighbour = childOf(link, name);
    if (!neighbour) continue;
    if (wordOf(neighbour, 'elementType', ['road', 'junction'], 'road') !== 'road') continue;
    const other = roadOf(roads, neighbour, 'elementId');
    const contact = wordOf(neighbour, 'contactPoint', CONTACTS, 'start');
    const here = sectionAt(road, end);
    for (const id of here?.lanes.keys() ?? []) {
      for (const next of named(here!, id, name)) {
        for (const { lane, ...there } of beyond(roads, other, contact, next))
          joinLanes(road, here!, id, end, there.road, there.section, lane, there.contact);
      }
    }
  }
}

/**
 * The lane that is come to where a road is entered at `contact`. A road of less than 0.1 mm, as there are in real files, has no
 * lanes: what it leads to at its other end is meant.
 */
function beyond(
  roads: ReadonlyMap<string, OpenDriveRoad>,
  road: OpenDriveRoad,
  contact: End,
  lane: number,
  passed: readonly OpenDriveRoad[] = [],
): { road: OpenDriveRoad; section: Section; contact: End; lane: number }[] {
  const section = sectionAt(road, contact);
  if (section) return [{ road, section, contact, lane }];
  if (passed.includes(road)) fail(road.element, 'has no length and leads to itself');
  const name = contact === 'start' ? 'successor' : 'predecessor';
  const neighbour = childOf(childOf(road.element, 'link'), name);
  if (!neighbour || neighbour.attributes['elementType'] === 'junction')
    return fail(road.element, 'has no length and does not lead from one road to another');
  const other = roadOf(roads, neighbour, 'elementId');
  const next = wordOf(neighbour, 'contactPoint', CONTACTS, 'start');
  const elements = childrenOf(childOf(road.element, 'lanes'), 'laneSection')
    .flatMap((element) => ['left', 'right'].map((side) => childOf(element, side)))
    .flatMap((side) => childrenOf(side, 'lane'))
    .filter((element) => numberOf(element, 'id') === lane);
  return elements
    .flatMap((element) => childrenOf(childOf(element, 'link'), name))
    .flatMap((link) => beyond(roads, other, next, numberOf(link, 'id'), [...passed, road]));
}

function linkJunction(roads: ReadonlyMap<string, OpenDriveRoad>, junction: XmlElement): void {
  const type = wordOf(junction, 'type', ['default', 'direct', 'virtual', 'crossing'], 'default');
  if (type === 'crossing') return;
  if (type === 'virtual') fail(junction, 'type: is "virtual", allowed default, direct');
  for (const connection of childrenOf(junction, 'connection')) {
    const incoming = roadOf(roads, connection, 'incomingRoad');
    const inside = roadOf(roads, connection, type === 'direct' ? 'linkedRoad' : 'connectingRoad');
    const contact = wordOf(connection, 'contactPoint', CONTACTS, 'start');
    const end = endAt(incoming, textOf(junction, 'id'), inside, contact, connection);
    const [here, there] = [sectionAt(incoming, end), sectionAt(inside, contact)];
    if (!here || !there)
      fail((here ? inside : incoming).element, 'meets a junction and has no length');
    for (const link of childrenOf(connection, 'laneLink')) {
      const [from, to] = [numberOf(link, 'from'), numberOf(link, 'to')];
      joinLanes(incoming, here, from, end, inside, there, to, contact);
    }
  }
}

function roadOf(
  roads: ReadonlyMap<string, OpenDriveRoad>,
  element: XmlElement,
  name: string,
): OpenDriveRoad {
  const id = textOf(element, name);
  return roads.get(id) ?? fail(element, `${name}: is "${id}", no road of this file`);
}

/** Undefined: the road has no length. */
function sectionAt(road: OpenDriveRoad, end: End): Section | undefined {
  return end === 'start' ? road.sections[0] : road.sections.at(-1);
}

/** Lanes that a lane names beyond one of its ends. */
function named(section: Section, id: number, name: 'predecessor' | 'successor'): number[] {
  const link = childOf(section.elements.get(id), 'link');
  return childrenOf(link, name).map((element) => numberOf(element, 'id'));
}

/** The end at which a road meets a junction; where both do, the one nearer to the road inside. */
function endAt(
  road: OpenDriveRoad,
  junction: string,
  inside: OpenDriveRoad,
  contact: End,
  connection: XmlElement,
): End {
  const link = childOf(road.element, 'link');
  const meets = (
    [
      ['predecessor', 'start'],
      ['successor', 'end'],
    ] as const
  ).filter(([name]) => {
    const element = childOf(link, name);
    return (
      element?.attributes['elementType'] === 'junction' &&
      element.attributes['elementId'] === junction
    );
  });
  const [first, second] = meets;
  if (!first)
    return fail(
      connection,
      `incomingRoad: is "${road.id}", which does not meet junction ${junction}`,
    );
  if (!second) return first[1];
  const near = (end: End) => {
    const [a, b] = [placeOf(road, end), placeOf(inside, contact)];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  return near('start') < near('end') ? 'start' : 'end';
}

function placeOf(road: OpenDriveRoad, end: End): { x: number; y: number } {
  const lane = [...(sectionAt(road, end)?.lanes.entries() ?? [])][0];
  if (!lane) return { x: Number.POSITIVE_INFINITY, y: 0 };
  const [id, { course }] = lane;
  return road.backwards(id) === (end === 'start')
    ? pathEnd(course.paths.at(-1)!)
    : course.paths[0]!;
}

/** Whichever of two lanes whose ends meet is driven out of there leads into the other. */
function joinLanes(
  roadA: OpenDriveRoad,
  sectionA: Section,
  a: number,
  endA: End,
  roadB: OpenDriveRoad,
  sectionB: Section,
  b: number,
  endB: End,
): void {
  const [laneA, laneB] = [sectionA.lanes.get(a), sectionB.lanes.get(b)];
  if (!laneA || !laneB) return;
  const leaves = (road: OpenDriveRoad, id: number, end: End) =>
    (end === 'end') !== road.backwards(id);
  const [out, into] = [leaves(roadA, a, endA), leaves(roadB, b, endB)];
  if (out && !into) connect(laneA, laneB, roadA.element);
  else if (into && !out) connect(laneB, laneA, roadB.element);
}

function connect(from: DraftLane, to: DraftLane, road: XmlElement): void {
  const end = pathEnd(from.course.paths.at(-1)!);
  const start = to.course.paths[0]!;
  const gap = Math.hypot(end.x - start.x, end.y - start.y);
  if (gap > GAP + (from.course.width + to.course.width) / 2) {
    fail(
      { ...road, name: 'lane', line: from.line },
      `of ${from.name} ends ${gap.toFixed(2)} m from ${to.name} (line ${to.line}), its successor`,
    );
  }
  from.successors.add(to);
}
