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
  /** A bar on a terminal's stderr, silent elsewhere. */
  progress(label: string, total: number): Progress;
}

export function createOutput(options: { json: boolean }): Output {
  return {
    result(document, text) {
      process.stdout.write(`${options.json ? JSON.stringify(document, plain, 2) : text()}\n`);
    },
    note(line) {
      process.stderr.write(`${line}\n`);
    },
    progress: createProgress,
  };
}

/** JSON has no NaN or infinity: both mean "not known" here. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return value;
}

function createProgress(label: string, total: number): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
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

/** Lets timers, signals and the progress bar have their turn in a long synchronous loop. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
