/**
 * A profile as a picture: `node --import tsx tests/bench/flame.ts FILE.cpuprofile FUNCTION > FILE.svg`. The
 * profile is one of `node --cpu-prof`; what runs below FUNCTION is drawn, callers on top, wide is long.
 */
import { readFileSync } from 'node:fs';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Flame {
  readonly name: string;
  time: number;
  readonly below: Map<string, Flame>;
}

const WIDTH = 960;
const ROW = 18;
/** Narrower ones are left out, pixels. */
const LEAST = 3;

const [file = '', top = 'step'] = process.argv.slice(2);
const profile = JSON.parse(readFileSync(file, 'utf8')) as {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
};
const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
const own = new Map<number, number>();
for (const [i, id] of profile.samples.entries())
  own.set(id, (own.get(id) ?? 0) + profile.timeDeltas[i]!);

const nameOf = ({ callFrame }: ProfileNode) =>
  callFrame.functionName || (callFrame.url.split('/').pop() ?? '').replace(/\?.*/, '');
const root: Flame = { name: top, time: 0, below: new Map() };

/** Adds the node and all below it; returns their time. */
function add(node: ProfileNode, into: Flame): number {
  let time = own.get(node.id) ?? 0;
  for (const id of node.children ?? []) {
    const child = nodes.get(id)!;
    const name = nameOf(child);
    let flame = into.below.get(name);
    if (!flame) {
      flame = { name, time: 0, below: new Map() };
      into.below.set(name, flame);
    }
    time += add(child, flame);
  }
  into.time += time;
  return time;
}

/** The outermost calls of the function. */
function find(node: ProfileNode): void {
  if (nameOf(node) === top) add(node, root);
  else for (const id of node.children ?? []) find(nodes.get(id)!);
}
find(profile.nodes[0]!);

const rows: string[] = [];
let deepest = 0;

function draw(flame: Flame, x: number, depth: number): void {
  const width = (WIDTH * flame.time) / root.time;
  if (width < LEAST) return;
  deepest = Math.max(deepest, depth);
  const share = `${flame.name} ${((100 * flame.time) / root.time).toFixed(1)} %`;
  const hue = 20 + ((flame.name.length * 37 + flame.name.charCodeAt(0) * 11) % 40);
  const label = share.slice(0, Math.floor(width / 6.2));
  const y = depth * ROW;
  rows.push(
    `<g><title>${share}</title><rect x="${x.toFixed(1)}" y="${y}" width="${(width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="hsl(${hue} 80% 70%)"/>` +
      (label.length > 3 ? `<text x="${(x + 3).toFixed(1)}" y="${y + 13}">${label}</text>` : '') +
      '</g>',
  );
  let at = x;
  for (const child of [...flame.below.values()].sort((a, b) => b.time - a.time)) {
    draw(child, at, depth + 1);
    at += (WIDTH * child.time) / root.time;
  }
}
draw(root, 0, 0);
const height = (deepest + 1) * ROW;
console.log(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">\n${rows.join('\n')}\n</svg>`,
);
