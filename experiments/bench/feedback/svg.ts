/**
 * Plots as SVG text: lines with bands, and bars with intervals. Colours are Okabe and Ito's (2008),
 * which colour-blind people can tell apart; dashes and marks say the same once more. Text and axes take
 * `currentColor`, so that a page in dark colours needs no second picture.
 */
export const COLOURS = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#D55E00',
  '#CC79A7',
  '#56B4E9',
  '#8F7F00',
  '#7F7F7F',
] as const;
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 4', '1 4', '12 4', '5 2 1 2'] as const;

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Interval, where there is one. */
  readonly low?: number;
  readonly high?: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface LinePlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BarPlot {
  readonly title: string;
  readonly x: string;
  readonly bars: readonly Bar[];
  /** A line to compare with, e.g. 1: as good as the reference. */
  readonly mark?: number;
}

const WIDTH = 640;
const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 16;
const TOP = 34;
const BOTTOM = 46;
const LEGEND_ROW = 18;
/** More bands than this hide each other. */
const MOST_BANDS = 4;
const SMALLEST_RANGE = 1e-300;

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Round numbers (1, 2 or 5 times a power of ten) that cover [low, high]; at least two of them. */
export function ticks(low: number, high: number, count = 5): number[] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Too narrow for marks that twelve digits can tell apart (or empty, or denormal): a wider axis.
  if (!(high - low > Math.max(1e-9 * size, SMALLEST_RANGE))) {
    const margin = size > SMALLEST_RANGE ? size / 2 : 0.5;
    return ticks(low - margin, high + margin, count);
  }
  const rough = high / count - low / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999) ?? 10 * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function tickText(value: number): string {
  return Math.abs(value) >= 1000 ? value.toLocaleString('en-US') : String(value);
}

const round = (value: number) => Math.round(value * 100) / 100;

function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(words)}</text>`;
}

function frame(width: number, height: number, title: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">`,
    `<title>${escapeXml(title)}</title>`,
    text(LEFT, 18, title, 'font-size="14" font-weight="600"'),
    ...content,
    '</svg>',
  ].join('\n');
}

interface Axis {
  readonly at: (value: number) => number;
  readonly marks: readonly number[];
}

function axis(values: readonly number[], from: number, to: number): Axis {
  const marks = ticks(Math.min(...values), Math.max(...values));
  const low = marks[0]!;
  const span = marks[marks.length - 1]! - low;
  return { marks, at: (value) => from + ((value - low) / span) * (to - from) };
}

function axes(x: Axis, y: Axis, labels: { x: string; y: string }, bottom: number): string[] {
  const right = WIDTH - RIGHT;
  const grid = 'stroke="currentColor" stroke-opacity="0.15"';
  return [
    ...y.marks.flatMap((value) => [
      `<line x1="${LEFT}" x2="${right}" y1="${round(y.at(value))}" y2="${round(y.at(value))}" ${grid}/>`,
      text(LEFT - 8, y.at(value) + 4, tickText(value), 'text-anchor="end"'),
    ]),
    ...x.marks.flatMap((value) => [
      `<line x1="${round(x.at(value))}" x2="${round(x.at(value))}" y1="${bottom}" y2="${bottom + 4}" stroke="currentColor"/>`,
      text(x.at(value), bottom + 18, tickText(value), 'text-anchor="middle"'),
    ]),
    `<line x1="${LEFT}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="currentColor"/>`,
    text((LEFT + right) / 2, bottom + 36, labels.x, 'text-anchor="middle"'),
    text(
      0,
      0,
      labels.y,
      `transform="translate(14 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle"`,
    ),
  ];
}

/** '' without a single number to draw. */
export function linePlot(plot: LinePlot): string {
  const series = plot.series.map((s) => ({ ...s, points: s.points.filter(isFinitePoint) }));
  const points = series.flatMap((s) => s.points);
  if (points.length === 0) return '';
  const bottom = HEIGHT - BOTTOM;
  const x = axis(
    points.map((p) => p.x),
    LEFT,
    WIDTH - RIGHT,
  );
  const banded = series.length <= MOST_BANDS;
  const reach = points.flatMap((p) => (banded ? [p.y, p.low ?? p.y, p.high ?? p.y] : [p.y]));
  const y = axis(reach, bottom, TOP);
  const drawn = series.map((s, i) => drawSeries(s, i, x, y, banded));
  const columns = legendColumns(series);
  const legend = series.map((s, i) => legendEntry(s.name, i, columns));
  const height = HEIGHT + Math.ceil(series.length / columns) * LEGEND_ROW + 14;
  return frame(WIDTH, height, plot.title, [
    ...axes(x, y, plot, bottom),
    ...drawn.flat(),
    ...legend,
  ]);
}

function isFinitePoint(point: Point): boolean {
  return Number.isFinite(point.x) && Number.isFinite(point.y);
}

/** Colour and dash of a line; the ninth has the first one's colour, but not its dash. */
function styleOf(index: number) {
  const round = Math.floor(index / COLOURS.length);
  return {
    colour: COLOURS[index % COLOURS.length]!,
    dash: DASHES[(index + round) % DASHES.length]!,
  };
}

function drawSeries(
  { points }: Series,
  index: number,
  x: Axis,
  y: Axis,
  banded: boolean,
): string[] {
  if (points.length === 0) return [];
  const { colour, dash } = styleOf(index);
  const path = (list: readonly Point[], of: (p: Point) => number) =>
    list.map((p) => `${round(x.at(p.x))},${round(y.at(of(p)))}`).join(' ');
  const parts: string[] = [];
  if (banded && points.every((p) => p.low !== undefined && p.high !== undefined)) {
    const back = [...points].reverse();
    parts.push(
      `<polygon points="${path(points, (p) => p.high!)} ${path(back, (p) => p.low!)}" fill="${colour}" fill-opacity="0.15"/>`,
    );
  }
  parts.push(
    `<polyline points="${path(points, (p) => p.y)}" fill="none" stroke="${colour}" stroke-width="2" ${dash ? `stroke-dasharray="${dash}"` : ''}/>`,
  );
  if (points.length <= 12)
    for (const p of points)
      parts.push(
        `<circle cx="${round(x.at(p.x))}" cy="${round(y.at(p.y))}" r="3.5" fill="${colour}"/>`,
      );
  return parts;
}

/** As many as the longest name leaves room for. */
function legendColumns(series: readonly Series[]): number {
  const longest = 60 + 7 * Math.max(...series.map((s) => s.name.length));
  return Math.min(3, series.length, Math.max(1, Math.floor((WIDTH - LEFT) / longest)));
}

function legendEntry(name: string, index: number, columns: number): string {
  const { colour, dash } = styleOf(index);
  const left = LEFT + ((index % columns) * (WIDTH - LEFT)) / columns;
  const y = HEIGHT + 10 + Math.floor(index / columns) * LEGEND_ROW;
  const line = `<line x1="${left}" x2="${left + 32}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2.5" ${dash ? `stroke-dasharray="${dash}"` : ''}/>`;
  return line + text(left + 40, y + 4, name);
}

/** '' without bars. */
export function barPlot({ title, x: label, bars, mark }: BarPlot): string {
  const shown = bars.filter((bar) => Number.isFinite(bar.value));
  if (shown.length === 0) return '';
  const left = 20 + Math.min(320, 7 * Math.max(...shown.map((bar) => bar.name.length)));
  const row = 24;
  const bottom = TOP + shown.length * row + 6;
  const reach = shown.flatMap((bar) => [bar.low, bar.high, bar.value]);
  const x = axis([0, ...reach, ...(mark === undefined ? [] : [mark])], left, WIDTH - RIGHT - 20);
  const content: string[] = [];
  for (const value of x.marks) {
    const at = round(x.at(value));
    content.push(
      `<line x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}" stroke="currentColor" stroke-opacity="0.15"/>`,
      text(at, bottom + 16, tickText(value), 'text-anchor="middle"'),
    );
  }
  for (const [i, bar] of shown.entries())
    content.push(...drawBar(bar, TOP + i * row, row, x, left));
  if (mark !== undefined)
    content.push(
      `<line x1="${round(x.at(mark))}" x2="${round(x.at(mark))}" y1="${TOP}" y2="${bottom}" stroke="currentColor" stroke-dasharray="4 3"/>`,
    );
  content.push(text(WIDTH - RIGHT, bottom + 36, label, 'text-anchor="end"'));
  return frame(WIDTH, bottom + 46, title, content);
}

function drawBar(bar: Bar, top: number, row: number, x: Axis, left: number): string[] {
  const from = Math.min(x.at(0), x.at(bar.value));
  const width = Math.abs(x.at(bar.value) - x.at(0));
  const middle = top + row / 2;
  const [low, high] = [round(x.at(bar.low)), round(x.at(bar.high))];
  const parts = [
    text(left - 8, middle + 4, bar.name, 'text-anchor="end"'),
    `<rect x="${round(from)}" y="${top + 4}" width="${round(width)}" height="${row - 8}" fill="${COLOURS[0]}" fill-opacity="0.75"/>`,
  ];
  if (low < high)
    parts.push(
      `<path d="M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8" stroke="currentColor" stroke-width="1.5" fill="none"/>`,
    );
  return parts;
}
