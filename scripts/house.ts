/**
 * docs/images/house.svg: the layers and their imports, as they are in the code. A layer stands above all that it
 * imports. What follows from other arrows is left out (the transitive reduction), so that few arrows say it all.
 */
import type { SourceFile } from '../tests/setup/sources.ts';

/** What each layer is for, and in which column it stands. */
const LAYERS: Readonly<Record<string, { readonly what: string; readonly column: number }>> = {
  cli: { what: 'commands, arguments, output', column: 1 },
  'server/serve.ts': { what: 'puts the server together', column: 2 },
  'server/connection': { what: 'HTTP, sockets, sessions', column: 3 },
  'server/run': { what: 'what makes a run', column: 2 },
  'server/learner': { what: 'the learner thread', column: 1 },
  'server/actors': { what: 'loops that step environments', column: 2 },
  'server/storage': { what: 'log, episodes, checkpoints', column: 1 },
  'server/threads': { what: 'worker threads, supervised', column: 0 },
  'server/protocol': { what: 'the wire', column: 3 },
  experiments: { what: 'train, bench, expert', column: 0 },
  agent: { what: 'learning from people', column: 2 },
  sim: { what: 'environments', column: 2 },
  'trainer-ui': { what: 'the page', column: 4 },
};
const COLUMN = 236;
const ROW = 92;
const BOX = { width: 208, height: 52 };
const MARGIN = 24;

const names = Object.keys(LAYERS);
const layerOf = (path: string) =>
  names.find((layer) => path === layer || path.startsWith(`${layer}/`));

/** Pairs [importer, imported] of layers, each once, sorted. */
export function layerImports(files: readonly SourceFile[]): [string, string][] {
  const pairs = files.flatMap((file) =>
    file.imports.map((i) => `${layerOf(file.path) ?? ''} ${layerOf(i.target) ?? ''}`),
  );
  return [...new Set(pairs)]
    .map((pair) => pair.split(' ') as [string, string])
    .filter(([from, to]) => from !== '' && to !== '' && from !== to)
    .sort((a, b) => a.join().localeCompare(b.join()));
}

export function houseSvg(files: readonly SourceFile[]): string {
  const below = new Map(names.map((name): [string, string[]] => [name, []]));
  for (const [from, to] of layerImports(files)) below.get(from)!.push(to);
  const reaches = (from: string, to: string): boolean =>
    below.get(from)!.some((next) => next === to || reaches(next, to));
  /** Rows from the bottom: one more than the highest layer that is imported. */
  const level = (name: string): number =>
    Math.max(-1, ...below.get(name)!.map((next) => level(next))) + 1;

  const top = Math.max(...names.map(level));
  const place = (name: string) => ({
    x: MARGIN + LAYERS[name]!.column * COLUMN + BOX.width / 2,
    y: MARGIN + (top - level(name)) * ROW + BOX.height / 2,
  });
  const arrows = names.flatMap((from) =>
    below
      .get(from)!
      .filter((to) => !below.get(from)!.some((other) => other !== to && reaches(other, to)))
      .map((to) => arrow(place(from), place(to))),
  );
  const boxes = names.map((name) => box(name, LAYERS[name]!.what, place(name)));
  const width = 2 * MARGIN + 4 * COLUMN + BOX.width;
  const height = 2 * MARGIN + top * ROW + BOX.height;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<title>Layers of Reins: each imports only what lies below it</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#495057"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
<g stroke="#495057" stroke-width="1.4" fill="none">
${arrows.join('\n')}
</g>
<g text-anchor="middle">
${boxes.join('\n')}
</g>
</svg>
`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From the lower edge of one box to the upper edge of another, leaving and arriving upright. */
function arrow(from: Point, to: Point): string {
  const y1 = from.y + BOX.height / 2;
  const y2 = to.y - BOX.height / 2;
  const bend = (y2 - y1) / 2;
  // To the side an arrow leaves and arrives at that side, so that arrows can be told apart.
  const side = Math.sign(to.x - from.x) * (BOX.width / 4);
  const [x1, x2] = [from.x + side, to.x - side];
  return `<path d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}" marker-end="url(#tip)"/>`;
}

function box(name: string, what: string, { x, y }: Point): string {
  const isServer = name.startsWith('server/');
  const colours = isServer ? 'fill="#e7f5ff" stroke="#1971c2"' : 'fill="#f8f0fc" stroke="#862e9c"';
  return (
    `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="6" ${colours}/>` +
    `<text x="${x}" y="${y - 4}" font-size="15" font-weight="600" fill="#212529">${name}</text>` +
    `<text x="${x}" y="${y + 15}" font-size="12.5" fill="#495057">${what}</text>`
  );
}
