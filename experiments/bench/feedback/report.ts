/** `table.md`, `table.json`, the plots, and `report.html`, which needs nothing but itself. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFile } from '../../../server/storage/write-file.ts';
import { short } from '../../output.ts';
import { FAILURE_HEAD, failureCells, failureNote, runName } from './failures.ts';
import { cellName, drawPlots, type Plot } from './plots.ts';
import type { Failure } from './pool.ts';
import type { Row } from './rows.ts';
import { drawStrip } from './strip.ts';
import type { Bar } from './suites.ts';
import type { Cell } from './summary.ts';
import { escapeXml } from './svg.ts';

export interface ReportInput {
  readonly folder: string;
  /** The command that made it, and the machine it ran on. */
  readonly command: string;
  readonly machine: string;
  readonly cells: readonly Cell[];
  readonly rows: readonly Row[];
  readonly bars: readonly Bar[];
  readonly leftOut: readonly string[];
  readonly failures: readonly Failure[];
}

const HEAD = [
  'task',
  'preset, teacher',
  'score: IQM [95 % interval]',
  'share of the reference',
  'reference',
  'untrained',
  'worst seed',
  'success',
  'without collision',
  'labels',
  'expert steps',
  'training cost',
  'accuracy of its ceiling',
  'seeds',
];

function cellsOf(cell: Cell): string[] {
  // One seed has no interval, whatever the bootstrap makes of it.
  const interval = (s: { iqm: number; low: number; high: number } | null) =>
    s ? short(s.iqm) + (cell.seeds > 1 ? ` [${short(s.low)}, ${short(s.high)}]` : '') : '–';
  return [
    cell.task,
    cellName(cell),
    `${interval(cell.raw)} ${cell.score}`,
    interval(cell.normalised),
    cell.reference === null ? '–' : `${short(cell.reference)} (${cell.referenceKind})`,
    short(cell.untrained),
    short(cell.worst),
    short(cell.success),
    short(cell.collisionFreeSuccess),
    short(cell.labels),
    short(cell.expertSteps),
    short(cell.trainingCost),
    short(cell.accuracy) + (cell.ceiling === null ? '' : ` of ${short(cell.ceiling)}`),
    cell.failed > 0 ? `${cell.seeds} (${cell.failed} failed)` : String(cell.seeds),
  ];
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (parts: readonly string[]) =>
    `| ${parts.map((part) => part.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}

export function markdownTable(cells: readonly Cell[], failures: readonly Failure[] = []): string {
  const scores = markdown(HEAD, cells.map(cellsOf));
  if (failures.length === 0) return scores;
  return `${scores}\n\n${failureNote(failures)}\n\n${markdown(FAILURE_HEAD, failures.map(failureCells))}`;
}

const NOTE =
  'Score: interquartile mean over seeds with its 95 % bootstrap interval, on held-out episodes. Share: ' +
  '(score − untrained) / (reference − untrained), where the reference is the same learner trained on the true ' +
  'reward with the same steps, or for operators who take over their expert; its own spread is not in the ' +
  'interval. Accuracy: on held-out answers, of what their mistakes allow. A dash: no reference, or one that is no better than an untrained policy.';

/** Writes all files; returns their paths by name. */
export async function writeReport(input: ReportInput): Promise<Record<string, string>> {
  const { folder, cells, rows } = input;
  const plots = drawPlots(cells, rows);
  const strip = await backflipStrip(input);
  if (strip) plots.push(strip);
  mkdirSync(join(folder, 'plots'), { recursive: true });
  for (const plot of plots) writeFile(join(folder, 'plots', `${plot.id}.svg`), `${plot.svg}\n`);
  const files = {
    rows: join(folder, 'rows.jsonl'),
    table: join(folder, 'table.md'),
    json: join(folder, 'table.json'),
    report: join(folder, 'report.html'),
  };
  writeFile(
    files.table,
    `${markdownTable(cells, input.failures)}\n\n${NOTE}\n\n\`${input.command}\`\n`,
  );
  const { bars, leftOut, failures, command, machine } = input;
  writeFile(
    files.json,
    `${JSON.stringify({ command, machine, cells, bars, leftOut, failures }, null, 2)}\n`,
  );
  writeFile(files.report, page(input, plots));
  return files;
}

/** The run that turned the furthest: its real poses. */
async function backflipStrip({ rows, folder }: ReportInput): Promise<Plot | undefined> {
  const flips = rows.filter((r) => r.spec.task === 'hopper-backflip' && r.policy !== '');
  const runs = flips.filter((r) => r.spec.kind === 'run');
  const best = [...runs].sort((a, b) => b.after.return - a.after.return)[0];
  if (!best) return undefined;
  const { task, seed } = best.spec;
  const title = `${task}: first held-out episode of the best run (${runName(best.spec)}, seed ${seed})`;
  const svg = await drawStrip('hopper-backflip', join(folder, best.policy), title);
  return { id: 'strip-hopper-backflip', svg };
}

function htmlTable(
  head: readonly string[],
  lines: readonly (readonly string[])[],
  kind = 'numbers',
): string {
  const row = (tag: string, parts: readonly string[]) =>
    `<tr>${parts.map((part) => `<${tag}>${escapeXml(part)}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table class="${kind}"><thead>${row('th', head)}</thead><tbody>${lines
    .map((parts) => row('td', parts))
    .join('')}</tbody></table></div>`;
}

/** A single run has none. */
function intervalText({ interval }: Bar): string {
  if (!interval || interval.low === interval.high) return '–';
  return `${short(interval.low)} to ${short(interval.high)}`;
}

function barTable(bars: readonly Bar[]): string {
  if (bars.length === 0) return '';
  const lines = bars.map((bar) => [
    bar.text,
    short(bar.measured),
    intervalText(bar),
    `${bar.most ? '≤' : '≥'} ${short(bar.need)}`,
    bar.met ? 'met' : 'not met',
  ]);
  return `<h2>Bars</h2>${htmlTable(['what', 'measured', '95 % interval', 'needed', ''], lines)}`;
}

function failureTable(failures: readonly Failure[]): string {
  if (failures.length === 0) return '';
  const table = htmlTable(FAILURE_HEAD, failures.map(failureCells), 'errors');
  return `<h2>Failed runs</h2><p>${failureNote(failures)}</p>${table}`;
}

/** How many, and on which backends. */
function runsOf({ rows }: ReportInput): string {
  const backends = [...new Set(rows.flatMap((row) => row.backend ?? []))];
  const on = backends.length > 0 ? ` on ${backends.join(', ')}` : '';
  return `${rows.length} ${rows.length === 1 ? 'run' : 'runs'}${on}`;
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h2>${title}</h2><ul>${items.map((item) => `<li>${escapeXml(item)}</li>`).join('')}</ul>`;
}

const STYLE = `:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1400px;padding:0 1rem;background:Canvas;color:CanvasText}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .5rem;text-align:left;border-bottom:1px solid color-mix(in srgb,CanvasText 20%,Canvas)}
th{vertical-align:bottom}td{white-space:nowrap}
.errors td:last-child{white-space:normal;overflow-wrap:anywhere;min-width:16rem}
.wide{overflow-x:auto}svg{max-width:100%;height:auto;margin:.5rem 0}code{overflow-wrap:anywhere}
figure[id^=strip]{grid-column:1/-1}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:1rem}figure{margin:0}`;

function page(input: ReportInput, plots: readonly Plot[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reins: feedback benchmark</title><style>${STYLE}</style></head><body>
<h1>Feedback benchmark</h1>
<p><code>${escapeXml(input.command)}</code><br>${escapeXml(input.machine)}; ${runsOf(input)}.</p>
${barTable(input.bars)}
<h2>Scores</h2>
${htmlTable(HEAD, input.cells.map(cellsOf))}
<p>${escapeXml(NOTE)}</p>
${failureTable(input.failures)}
<h2>Plots</h2>
<div class="plots">${plots.map((plot) => `<figure id="${escapeXml(plot.id)}">${plot.svg}</figure>`).join('\n')}</div>
${list('Left out', input.leftOut)}
</body></html>
`;
}
