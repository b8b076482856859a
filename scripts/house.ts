/** docs/images/house.svg: layers from the bottom up, and which imports which, as the imports are. */
import type { SourceFile } from '../tests/setup/sources.ts';

const LAYERS = [
  ['sim', 'agent', 'server/protocol', 'server/threads'],
  ['server/storage', 'server/actors', 'server/learner', 'server/run', 'server/connection'],
  ['experiments', 'server/serve.ts', 'cli', 'trainer-ui'],
] as const;
const WIDTH = 1000;
const BOX = { width: 170, height: 40 };
const ROW = 160;

const layerOf = (path: string) =>
  LAYERS.flat().find((layer) => path === layer || path.startsWith(`${layer}/`));

function positions(): Map<string, { x: number; y: number }> {
  const placed = LAYERS.flatMap((row, r) =>
    row.map((layer, i): [string, { x: number; y: number }] => [
      layer,
      // Neighbours stand at different heights, so that arrows between them can be seen.
      { x: ((i + 0.5) * WIDTH) / row.length, y: ROW * (LAYERS.length - r) - 60 - 30 * (i % 2) },
    ]),
  );
  return new Map(placed);
}

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
  const place = positions();
  const arrows = layerImports(files).map(([from, to]) => {
    const a = place.get(from)!;
    const b = place.get(to)!;
    const below = b.y >= a.y ? 1 : -1;
    const y1 = a.y + (below * BOX.height) / 2;
    const y2 = b.y - below * (BOX.height / 2 + 6);
    return `<path d="M${a.x} ${y1}L${b.x} ${y2}" marker-end="url(#tip)"/>`;
  });
  const boxes = [...place].map(
    ([layer, { x, y }]) =>
      `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="6"/>` +
      `<text x="${x}" y="${y + 5}">${layer}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${ROW * LAYERS.length}" font-family="sans-serif" font-size="14">
<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#868e96"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
<g stroke="#868e96" fill="none">
${arrows.join('\n')}
</g>
<g text-anchor="middle">
${boxes.map((box) => box.replace('rx="6"', 'rx="6" fill="#e7f5ff" stroke="#1971c2"')).join('\n')}
</g>
</svg>
`;
}
