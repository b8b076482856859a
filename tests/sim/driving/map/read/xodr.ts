/** Small OpenDRIVE files for tests. */

/** A geometry element of a reference line. */
export interface Piece {
  readonly length: number;
  readonly shape: string;
  readonly x?: number;
  readonly y?: number;
  readonly hdg?: number;
  readonly s?: number;
}

export interface RoadText {
  readonly id?: string;
  readonly pieces: readonly Piece[];
  readonly lanes?: string;
  readonly link?: string;
  readonly junction?: string;
  readonly rule?: 'RHT' | 'LHT';
  readonly elevation?: string;
  readonly lateral?: string;
  readonly signals?: string;
}

export const LINE = '<line/>';

/** One lane of 3.5 m; `extra` goes before its width. */
export function laneText(id: number, extra = '', width = 'a="3.5" b="0" c="0" d="0"'): string {
  return `<lane id="${id}" type="driving">${extra}<width sOffset="0" ${width}/>
<roadMark sOffset="0" type="solid" color="white"/></lane>`;
}

export function sectionText(s: number, left: string, right: string): string {
  return `<laneSection s="${s}"><left>${left}</left>
<center><lane id="0" type="none"><roadMark sOffset="0" type="broken" color="yellow"/></lane></center>
<right>${right}</right></laneSection>`;
}

export const TWO_WAY = `<lanes>${sectionText(0, laneText(1), laneText(-1))}</lanes>`;

export function roadText(road: RoadText): string {
  const { id = '1', pieces, lanes = TWO_WAY, link = '', junction = '-1', rule = 'RHT' } = road;
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let s = 0;
  const view = pieces.map(({ length, shape, x = 0, y = 0, hdg = 0 }) => {
    const text = `<geometry s="${s}" x="${x}" y="${y}" hdg="${hdg}" length="${length}">${shape}</geometry>`;
    s += length;
    return text;
  });
  return `<road id="${id}" length="${total}" junction="${junction}" rule="${rule}">
<link>${link}</link>
<type s="0" type="town"><speed max="50" unit="km/h"/></type>
<planView>${view.join('\n')}</planView>
<elevationProfile>${road.elevation ?? ''}</elevationProfile>
<lateralProfile>${road.lateral ?? ''}</lateralProfile>
${lanes}
<signals>${road.signals ?? ''}</signals>
</road>`;
}

export function fileText(body: string, minor = 8): string {
  return `<?xml version="1.0"?>
<OpenDRIVE>
<header revMajor="1" revMinor="${minor}" name="test"/>
${body}
</OpenDRIVE>`;
}

/** One straight road of `length` metres along +x. */
export function straightText(length = 200, road: Partial<RoadText> = {}, minor = 8): string {
  return fileText(roadText({ pieces: [{ length, shape: LINE }], ...road }), minor);
}

/**
 * A fork: road 1 along +x into junction 9, from which road 10 leads straight on to road 2 and road 11 in an arc to
 * the left to road 3. One lane each way; `rule` says which side.
 */
export function forkText(rule: 'RHT' | 'LHT' = 'RHT'): string {
  const ahead = rule === 'RHT' ? -1 : 1;
  const link = (name: string, id: string, contact?: string) =>
    contact
      ? `<${name} elementType="road" elementId="${id}" contactPoint="${contact}"/>`
      : `<${name} elementType="junction" elementId="${id}"/>`;
  const through = (id: number) =>
    `<lanes>${sectionText(
      0,
      id > 0 ? laneText(id, `<link><predecessor id="${id}"/><successor id="${id}"/></link>`) : '',
      id < 0 ? laneText(id, `<link><predecessor id="${id}"/><successor id="${id}"/></link>`) : '',
    )}</lanes>`;
  const quarter = (Math.PI / 2) * 20;
  const joined = (id: string, inside: string) =>
    `<connection id="${inside}" incomingRoad="${id}" connectingRoad="${inside}" contactPoint="start"><laneLink from="${ahead}" to="${ahead}"/></connection>`;
  return fileText(
    [
      roadText({
        id: '1',
        rule,
        pieces: [{ length: 60, shape: LINE }],
        link: link('successor', '9'),
      }),
      roadText({
        id: '10',
        rule,
        junction: '9',
        pieces: [{ length: 40, shape: LINE, x: 60 }],
        lanes: through(ahead),
        link: link('predecessor', '1', 'end') + link('successor', '2', 'start'),
      }),
      roadText({
        id: '11',
        rule,
        junction: '9',
        pieces: [{ length: quarter, shape: '<arc curvature="0.05"/>', x: 60 }],
        lanes: through(ahead),
        link: link('predecessor', '1', 'end') + link('successor', '3', 'start'),
      }),
      roadText({
        id: '2',
        rule,
        pieces: [{ length: 80, shape: LINE, x: 100 }],
        link: link('predecessor', '9'),
      }),
      roadText({
        id: '3',
        rule,
        pieces: [{ length: 80, shape: LINE, x: 80, y: 20, hdg: Math.PI / 2 }],
        link: link('predecessor', '9'),
      }),
      `<junction id="9" name="fork">${joined('1', '10')}${joined('1', '11')}</junction>`,
    ].join('\n'),
  );
}
