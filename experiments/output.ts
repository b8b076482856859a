/** What a command prints: one JSON document or text on stdout, everything else on stderr. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** `done` of the total so far, with a few words beside the bar. */
  update(done: number, note?: string): void;
  stop(): void;
}

export interface Output {
  /** The command's result: exactly once. */
  result(document: unknown, text: () => string): void;
  note(line: string): void;
  /** A bar on a terminal's stderr, elsewhere a line every ten seconds; long work must pause for either (`pause.ts`). */
  progress(label: string, total: number): Progress;
}

export function createOutput(options: { json: boolean }): Output {
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  return {
    result(document, text) {
      process.stdout.write(`${options.json ? JSON.stringify(document, plain, 2) : text()}\n`);
    },
    note,
    progress(label, total) {
      if (process.stderr.isTTY) return createBar(label, total);
      return progressLines(label, total, note, () => performance.now());
    },
  };
}

/** JSON has no NaN or infinity: both mean "not known" here. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return value;
}

/** How far apart the lines of progress are, ms. */
const LINE_EVERY = 10_000;

/** Progress of long work as lines of a log: how far it is, and how long the rest takes at this pace. */
export function progressLines(
  label: string,
  total: number,
  note: (line: string) => void,
  clock: () => number,
): Progress {
  const started = clock();
  let [done, words] = [0, ''];
  const timer = setInterval(() => {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const left = share > 0 ? `${duration((clock() - started) * (1 / share - 1))} left` : '';
    const parts = [`${Math.floor(100 * share)} %`, words, left];
    note(`${label}: ${parts.filter((part) => part !== '').join(' · ')}`);
  }, LINE_EVERY).unref();
  return {
    update(now, told = '') {
      [done, words] = [now, told];
    },
    stop: () => clearInterval(timer),
  };
}

/** In the largest unit that leaves at least two of it. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function createBar(label: string, total: number): Progress {
  const bar = new SingleBar(
    {
      format: `${label} {bar} {percentage}% · {value}/{total} · {eta_formatted} left {note}`,
      stream: process.stderr,
      hideCursor: true,
      etaBuffer: 200,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(done, note === undefined ? {} : { note: `· ${note}` }),
    stop: () => bar.stop(),
  };
}

/** Three significant digits, without an exponent in everyday ranges. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** Rows of text in columns, the first one left-aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
