/** A generated map as OpenDRIVE 1.8, in the way that ASAM's checker and SUMO's netconvert both accept. */
import type { LineColour, LineKind, RoadMap } from '../contract.ts';
import { type Path, parallel } from '../frame.ts';
import { type WrittenLane, type WrittenRoad, writtenRoads } from './written-roads.ts';

/**
 * Every direction is a road of its own, its lanes right of the reference line.
 * @throws RangeError for a map that was read from a file: it may hold what is not written here.
 */
export function writeOpenDrive(map: RoadMap, name: string): string {
  if (map.title !== undefined) {
    throw new RangeError(`road: ${map.title} was read from a file; allowed: generated maps`);
  }
  const { roads, junctions } = writtenRoads(map);
  const { minX, minY, maxX, maxY } = map.bounds;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<OpenDRIVE>',
    `  <header revMajor="1" revMinor="8" name="${name}" version="1.00" north="${maxY}" south="${minY}" east="${maxX}" west="${minX}" vendor="Reins"/>`,
    ...roads.flatMap(roadText),
    ...junctions.flatMap(({ id, roads: inside }) => [
      `  <junction id="${id}" name="junction ${id}">`,
      ...inside.flatMap(connectionText),
      '  </junction>',
    ]),
    '</OpenDRIVE>',
    '',
  ].join('\n');
}

function roadText(road: WrittenRoad): string[] {
  const paths = referenceLine(road);
  const length = paths.reduce((sum, path) => sum + path.length, 0);
  const { id, junction } = road;
  const lines = [
    `  <road name="road ${id}" length="${length}" id="${id}" junction="${junction ?? -1}" rule="RHT">`,
    '    <link>',
    linkText('predecessor', road.before, 'end'),
    linkText('successor', road.after, 'start'),
    '    </link>',
    '    <planView>',
  ];
  let s = 0;
  for (const { x, y, heading, length: own, curvature } of paths) {
    const shape = curvature === 0 ? '<line/>' : `<arc curvature="${curvature}"/>`;
    lines.push(
      `      <geometry s="${s}" x="${x}" y="${y}" hdg="${heading}" length="${own}">${shape}</geometry>`,
    );
    s += own;
  }
  lines.push('    </planView>', '    <lanes>', '      <laneSection s="0">');
  const first = road.lanes[0]!.lane;
  lines.push('        <center>', '          <lane id="0" type="none" level="false">');
  lines.push(
    markText(first.leftLine, first.leftLineColour),
    '          </lane>',
    '        </center>',
  );
  lines.push(
    '        <right>',
    ...road.lanes.flatMap((lane, i) => laneText(lane, i, road)),
    '        </right>',
  );
  lines.push('      </laneSection>', '    </lanes>', '  </road>');
  return lines.filter((line) => line !== '');
}

/** Left edge of the leftmost lane; what is straight and goes on straight is one line. */
function referenceLine({ lanes }: WrittenRoad): Path[] {
  const { paths, lane } = lanes[0]!;
  const edges = paths.map((path) => parallel(path, lane.width / 2));
  if (edges.every(({ curvature }) => curvature === 0)) {
    return [{ ...edges[0]!, length: edges.reduce((sum, edge) => sum + edge.length, 0) }];
  }
  return edges;
}

function linkText(
  name: 'predecessor' | 'successor',
  to: WrittenRoad['before'],
  contact: 'start' | 'end',
): string {
  if (!to) return '';
  const [type, point] =
    to.kind === 'road' ? ['road', ` contactPoint="${contact}"`] : ['junction', ''];
  return `      <${name} elementType="${type}" elementId="${to.id}"${point}/>`;
}

function laneText(
  { lane, before, after }: WrittenLane,
  index: number,
  road: WrittenRoad,
): string[] {
  const links = [
    ...(road.before?.kind === 'road' ? before.map((i) => `<predecessor id="${-1 - i}"/>`) : []),
    ...(road.after?.kind === 'road' ? after.map((i) => `<successor id="${-1 - i}"/>`) : []),
  ];
  return [
    `          <lane id="${-1 - index}" type="driving" level="false">`,
    links.length > 0 ? `            <link>${links.join('')}</link>` : '',
    `            <width sOffset="0" a="${lane.width}" b="0" c="0" d="0"/>`,
    markText(lane.rightLine, lane.rightLineColour),
    `            <speed sOffset="0" max="${lane.speedLimit}" unit="m/s"/>`,
    '          </lane>',
  ];
}

const MARKS: Readonly<Record<LineKind, string>> = {
  none: 'none',
  broken: 'broken',
  continuous: 'solid',
  kerb: 'curb',
};

function markText(kind: LineKind, colour: LineColour): string {
  const change = kind === 'broken' ? 'both' : 'none';
  const width = kind === 'none' ? '' : ' width="0.15"';
  return `            <roadMark sOffset="0" type="${MARKS[kind]}" weight="standard" color="${colour}"${width} laneChange="${change}"/>`;
}

function connectionText(road: WrittenRoad): string[] {
  const { before, lanes, id } = road;
  if (before?.kind !== 'road') return [];
  return [
    `    <connection id="${id}" incomingRoad="${before.id}" connectingRoad="${id}" contactPoint="start">`,
    ...lanes.flatMap(({ before: from }, i) =>
      from.map((index) => `      <laneLink from="${-1 - index}" to="${-1 - i}"/>`),
    ),
    '    </connection>',
  ];
}
