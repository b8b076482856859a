/** One `<road>` of OpenDRIVE: its lanes by section and side, the ground beside them, its signals. */
import type { LineColour, LineKind, RoadSignal, StripKind } from '../contract.ts';
import type { DraftLane, DraftRoad, DraftStrip } from './draft.ts';
import { courseOf, type RoadShape } from './lane-course.ts';
import { markAt, markChanges } from './open-drive-marks.ts';
import { EPSILON, type Piecewise, piecewise, stationsBetween, weighted } from './polynomial.ts';
import { readReferenceLine } from './reference-line.ts';
import { readSignals } from './signals.ts';
import { childOf, childrenOf, fail, numberOf, textOf, wordOf, type XmlElement } from './xml.ts';

/** A stretch of a road between changes of its lanes or their marks. */
export interface Section {
  readonly from: number;
  readonly to: number;
  readonly element: XmlElement;
  /** Continues the section before it: only marks change between them. */
  readonly continues: boolean;
  /** Lanes that cars drive on, by id. */
  readonly lanes: Map<number, DraftLane>;
  /** Elements of all lanes, by id. */
  readonly elements: ReadonlyMap<number, XmlElement>;
}

export interface OpenDriveRoad {
  readonly id: string;
  readonly element: XmlElement;
  readonly leftHand: boolean;
  readonly junction: string | undefined;
  readonly sections: readonly Section[];
  readonly roads: readonly DraftRoad[];
  readonly strips: readonly DraftStrip[];
  readonly signals: readonly RoadSignal[];
  /** Whether cars on the lane drive towards s = 0. */
  backwards(lane: number): boolean;
}

const DRIVEN = new Set(
  'driving entry exit onRamp offRamp connectingRamp slipLane bidirectional mwyEntry mwyExit'.split(
    ' ',
  ),
);
const STRIPS: Readonly<Record<string, StripKind>> = {
  sidewalk: 'sidewalk',
  walking: 'sidewalk',
  none: 'grass',
  median: 'grass',
  border: 'grass',
  curb: 'sidewalk',
  shoulder: 'asphalt',
  stop: 'asphalt',
  parking: 'asphalt',
  biking: 'asphalt',
  bus: 'asphalt',
  taxi: 'asphalt',
  HOV: 'asphalt',
  restricted: 'asphalt',
  roadWorks: 'asphalt',
  tram: 'asphalt',
  rail: 'grass',
  shared: 'asphalt',
  special1: 'asphalt',
  special2: 'asphalt',
  special3: 'asphalt',
};

/** @throws RoadFileError for what is not supported. */
export function readRoad(element: XmlElement): OpenDriveRoad {
  const lateral = childOf(element, 'lateralProfile');
  for (const name of ['shape', 'crossfall', 'crossSectionSurface']) {
    const bent = childrenOf(lateral, name).find((element) => !isFlat(element));
    if (bent) fail(bent, 'is not supported, only <superelevation> is');
  }
  const line = readReferenceLine(element);
  const shape: RoadShape = {
    line,
    elevation: piecewise(childrenOf(childOf(element, 'elevationProfile'), 'elevation'), 's'),
    superelevation: piecewise(childrenOf(lateral, 'superelevation'), 's'),
  };
  const leftHand = wordOf(element, 'rule', ['RHT', 'LHT'], 'RHT') === 'LHT';
  const junction = element.attributes['junction'] ?? '-1';
  const road = {
    id: textOf(element, 'id'),
    element,
    leftHand,
    junction: junction === '-1' || junction === '' ? undefined : junction,
    backwards: (lane: number) => lane > 0 !== leftHand,
  };
  const sections = readSections(element, line.length, road.junction !== undefined);
  const offset = piecewise(childrenOf(childOf(element, 'lanes'), 'laneOffset'), 's');
  const roads: DraftRoad[] = [];
  const strips: DraftStrip[] = [];
  for (const section of sections) {
    const sides = [1, -1].map((side) =>
      addSide(road, shape, section, offset, side as 1 | -1, strips),
    );
    const [left, right] = sides as [DraftRoad[], DraftRoad[]];
    const [a, b] = [left[0], right[0]];
    if (a && b) {
      a.opposite = b;
      b.opposite = a;
    }
    roads.push(...left, ...right);
  }
  return { ...road, sections, roads, strips, signals: readSignals(element, shape, leftHand) };
}

/** Converters write a `<shape>` or `<crossfall>` for every road, with nothing but zeros where it is flat. */
function isFlat(element: XmlElement): boolean {
  const isPolynomial = element.name !== 'crossSectionSurface';
  return isPolynomial && ['a', 'b', 'c', 'd'].every((name) => numberOf(element, name, 0) === 0);
}

function readSections(road: XmlElement, length: number, junction: boolean): Section[] {
  const lanes = childOf(road, 'lanes') ?? fail(road, 'has no <lanes>');
  const elements = childrenOf(lanes, 'laneSection');
  if (elements.length === 0) fail(lanes, 'has no <laneSection>');
  elements.sort((a, b) => numberOf(a, 's') - numberOf(b, 's'));
  return elements.flatMap((element, i) => {
    const start = numberOf(element, 's');
    const next = elements[i + 1];
    const end = next ? numberOf(next, 's') : length;
    if (end < start + EPSILON) return [];
    const inside = new Map<number, XmlElement>();
    for (const side of ['left', 'center', 'right']) {
      for (const lane of childrenOf(childOf(element, side), 'lane'))
        inside.set(numberOf(lane, 'id'), lane);
    }
    const changes = junction ? [] : [...inside.values()].flatMap(markChanges);
    const stations = stationsBetween(
      start,
      end,
      changes.map((offset) => start + offset),
    );
    return stations.slice(1).map((to, k): Section => {
      const from = stations[k]!;
      return { from, to, element, continues: k > 0, lanes: new Map(), elements: inside };
    });
  });
}

/** Carriageways of one side, from the centre outwards; non-driving lanes between them divide them. */
function addSide(
  road: Pick<OpenDriveRoad, 'id' | 'junction' | 'backwards' | 'element'>,
  shape: RoadShape,
  section: Section,
  offset: Piecewise,
  side: 1 | -1,
  strips: DraftStrip[],
): DraftRoad[] {
  const ids = [...section.elements.keys()].filter((id) => id * side > 0);
  ids.sort((a, b) => Math.abs(a) - Math.abs(b));
  const roads: DraftRoad[] = [];
  let open: DraftRoad | undefined;
  let inner: Piecewise = offset;
  const { from, to } = section;
  for (const id of ids) {
    const element = section.elements.get(id)!;
    const outer = outerEdge(element, section, inner, offset, side);
    const width = weighted([
      [side, outer],
      [-side, inner],
    ]);
    const backwards = road.backwards(id);
    const middle = weighted([
      [0.5, inner],
      [0.5, outer],
    ]);
    const course = courseOf(shape, { from, to, middle, width, backwards });
    inner = outer;
    const type = element.attributes['type'] ?? 'none';
    if (!course || course.width < 1e-3) continue;
    if (!DRIVEN.has(type)) {
      const kind =
        STRIPS[type] ?? fail(element, `type: is "${type}", no lane type of OpenDRIVE 1.4 to 1.8`);
      strips.push({ course, kind });
      open = undefined;
      continue;
    }
    const lane = laneOf(road, section, id, element, course);
    section.lanes.set(id, lane);
    open ??=
      roads[
        roads.push({
          name: road.id,
          side: side > 0 ? 'left' : 'right',
          junction: road.junction,
          lanes: [],
        }) - 1
      ]!;
    // Seen in driving direction the centre is on the left where traffic keeps right.
    if (side > 0 === backwards) open.lanes.push(lane);
    else open.lanes.unshift(lane);
  }
  return roads;
}

function outerEdge(
  lane: XmlElement,
  section: Section,
  inner: Piecewise,
  offset: Piecewise,
  side: 1 | -1,
): Piecewise {
  const start = numberOf(section.element, 's');
  const widths = childrenOf(lane, 'width');
  const borders = childrenOf(lane, 'border');
  if (widths.length > 0)
    return weighted([
      [1, inner],
      [side, piecewise(widths, 'sOffset', start)],
    ]);
  // A border is measured from the shifted centre line; widths go before borders where a lane has both.
  if (borders.length > 0)
    return weighted([
      [1, offset],
      [1, piecewise(borders, 'sOffset', start)],
    ]);
  return fail(lane, 'has neither <width> nor <border>');
}

function laneOf(
  road: Pick<OpenDriveRoad, 'id' | 'backwards' | 'element'>,
  section: Section,
  id: number,
  element: XmlElement,
  course: DraftLane['course'],
): DraftLane {
  const into = section.from - numberOf(section.element, 's');
  const centre = Math.abs(id) === 1;
  const inside = section.elements.get(id - Math.sign(id));
  const outer = markAt(element, into, 0);
  // The centre line's mark counts from left to right, a lane's from the lane outwards.
  const inner = markAt(inside, into, centre ? (id > 0 ? 0 : 1) : 1);
  const outerIsRight = id < 0 !== road.backwards(id);
  const [left, right] = outerIsRight ? [inner, outer] : [outer, inner];
  return {
    name: `road ${road.id} lane ${id}`,
    line: element.line,
    course,
    leftLine: left.kind as LineKind,
    rightLine: right.kind as LineKind,
    leftColour: left.colour as LineColour,
    rightColour: right.colour as LineColour,
    speedLimit: speedOf(element, road.element, into, section.from),
    successors: new Set(),
  };
}

const UNITS: Readonly<Record<string, number>> = { 'm/s': 1, 'km/h': 1 / 3.6, mph: 0.44704 };

function speedOf(lane: XmlElement, road: XmlElement, into: number, s: number): number | undefined {
  const before = (list: readonly XmlElement[], name: string, at: number) =>
    list.filter((e) => numberOf(e, name, 0) <= at + EPSILON).at(-1);
  const own = before(childrenOf(lane, 'speed'), 'sOffset', into);
  const speed = own ?? childOf(before(childrenOf(road, 'type'), 's', s), 'speed');
  const max = speed?.attributes['max'];
  if (!speed || max === undefined || max === 'no limit' || max === 'undefined') return undefined;
  const unit = speed.attributes['unit'] ?? 'm/s';
  const factor =
    UNITS[unit] ?? fail(speed, `unit: is "${unit}", allowed ${Object.keys(UNITS).join(', ')}`);
  const limit = numberOf(speed, 'max') * factor;
  return limit > 0 ? limit : undefined;
}
