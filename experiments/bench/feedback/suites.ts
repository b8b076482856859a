/** Named grids, and the bars they are held to. */

import type { RiskExam } from '../../../agent/evaluation/risk.ts';
import { bootstrapInterval, type Interval, iqm } from '../../../agent/evaluation/statistics.ts';
import { createRandom } from '../../../sim/random.ts';
import type { Grid } from './plan.ts';
import { cellName } from './plots.ts';
import type { Cell } from './summary.ts';

export const SUITES = ['preferences', 'noise', 'overrides', 'risk', 'backflip', 'speed'] as const;
export type SuiteName = (typeof SUITES)[number];

export const defaultGrid: Grid = {
  tasks: ['reacher'],
  presets: ['reins'],
  teachers: ['oracle'],
  budgets: [200],
  queries: ['preset'],
  seeds: 5,
  steps: 6000,
  evalEpisodes: 20,
  overrides: {},
};

/** What a suite sets of the grid; flags on the command line come after it. */
export const suiteGrids: Readonly<Record<Exclude<SuiteName, 'speed'>, Partial<Grid>>> = {
  preferences: {
    tasks: ['reacher', 'half-cheetah', 'hopper', 'walker2d', 'driving-easy'],
    presets: ['christiano'],
    budgets: [50, 200],
    queries: ['uniform', 'disagreement', 'information', 'k-centre'],
    steps: 100_000,
  },
  noise: {
    tasks: ['reacher', 'half-cheetah'],
    presets: ['pebble', 'rime', 'reins'],
    teachers: ['oracle', 'mistake-30'],
    steps: 100_000,
  },
  overrides: {
    tasks: ['driving'],
    presets: [
      'reins',
      'bc',
      'hg-dagger',
      'iwr',
      'haco',
      'pvp',
      'pvp4real',
      'ppl',
      'thrifty',
      'aim',
      'rlpd',
    ],
    teachers: ['predicted-failure'],
    evalEpisodes: 50,
  },
  risk: { tasks: ['driving'], teachers: ['predicted-failure'], seeds: 10, risk: true },
  backflip: {
    tasks: ['hopper-backflip'],
    presets: ['christiano'],
    budgets: [300],
    steps: 80_000,
  },
};

export interface Bar {
  readonly text: string;
  readonly measured: number | null;
  /** 95 %, over seeds; null for what is measured once. */
  readonly interval: Interval | null;
  readonly need: number;
  /** The bar is an upper one. */
  readonly most: boolean;
  readonly met: boolean;
}

export function bar(
  text: string,
  measured: number | null,
  need: number,
  { most = false, interval = null }: { most?: boolean; interval?: Interval | null } = {},
): Bar {
  const met = measured !== null && (most ? measured <= need : measured >= need);
  return { text, measured, interval, need, most, met };
}

/** Bars 1 to 4; those of speed are in `speed.ts`. */
export function barsOf(suite: SuiteName | undefined, cells: readonly Cell[]): Bar[] {
  const name = (cell: Cell) => `${cell.task} · ${cellName(cell)}`;
  switch (suite) {
    case 'preferences':
      return cells.flatMap((cell) => {
        const need = cell.budget >= 200 ? 0.9 : cell.budget >= 50 ? 0.7 : undefined;
        if (need === undefined) return [];
        const share = cell.normalised;
        return bar(`${name(cell)}: share of the true reward`, share?.iqm ?? null, need, {
          interval: share,
        });
      });
    case 'noise':
      return cells
        .filter((cell) => cell.teacher === 'mistake-30' && cell.preset !== 'pebble')
        .map((cell) => {
          const kept = keeps(cell, cells);
          return bar(`${name(cell)}: share of the clean score`, kept?.share ?? null, 0.8, {
            interval: kept,
          });
        });
    case 'overrides':
      return cells
        .filter((cell) => cell.preset === 'reins')
        .flatMap((cell) => {
          const beyond = beyondParts(cell, cells);
          const ofExpert = (score: number) => score / (cell.reference || Number.NaN);
          return [
            bar(
              `${name(cell)}: share of the expert’s success`,
              cell.reference ? ofExpert(cell.raw.iqm) : null,
              0.95,
              { interval: { low: ofExpert(cell.raw.low), high: ofExpert(cell.raw.high) } },
            ),
            bar(`${name(cell)}: expert steps`, cell.expertSteps, 1200, { most: true }),
            ...(beyond
              ? [
                  bar(`${name(cell)}: more than ${beyond.part}`, beyond.difference, 0, {
                    interval: beyond,
                  }),
                ]
              : []),
          ];
        });
    case 'risk':
      return cells.flatMap((cell) => riskBars(name(cell), cell.risk));
    case 'backflip':
      return cells.flatMap((cell) => [
        bar(`${name(cell)}: radians turned backwards`, cell.raw.iqm, 2 * Math.PI * 0.95, {
          interval: cell.raw,
        }),
        bar(`${name(cell)}: labels`, cell.labels, 900, { most: true }),
      ]);
    default:
      return [];
  }
}

/** Seeds without a failure or a needed takeover say nothing of how well these are told. */
function riskBars(name: string, exams: readonly RiskExam[]): Bar[] {
  const over = (
    text: string,
    pick: (exam: RiskExam) => number | null,
    need: number,
    most = false,
  ) => {
    const values = exams.flatMap((exam) => pick(exam) ?? []);
    if (values.length === 0) return bar(`${name}: ${text}`, null, need, { most });
    const worst = (most ? Math.max : Math.min)(...values);
    return bar(
      `${name}: ${text} (worst of ${values.length}: ${worst.toFixed(2)})`,
      iqm(values),
      need,
      {
        most,
        interval: bootstrapInterval(values, createRandom(0)),
      },
    );
  };
  return [
    over('AUC of needed takeovers', ({ takeovers }) => takeovers.auc, 0.85),
    over('AUC of failures one second ahead', ({ failures }) => failures.auc, 0.8),
    over('ECE', ({ failures }) => failures.ece, 0.1, true),
  ];
}

/** What is gained over an untrained policy, as a share of the same with clean answers, both resampled. */
function keeps(noisy: Cell, cells: readonly Cell[]): (Interval & { share: number }) | null {
  const clean = cells.find(
    (cell) =>
      cell.teacher === 'oracle' &&
      cell.task === noisy.task &&
      cell.preset === noisy.preset &&
      cell.budget === noisy.budget &&
      cell.queries === noisy.queries,
  );
  if (!clean || !(clean.raw.iqm > clean.untrained)) return null;
  const n = noisy.scores.length;
  const share = (scores: readonly number[]) =>
    (iqm(scores.slice(0, n)) - noisy.untrained) / (iqm(scores.slice(n)) - clean.untrained);
  const both = [noisy.scores, clean.scores];
  return {
    share: share(both.flat()),
    ...bootstrapInterval(both, createRandom(0), { statistic: share }),
  };
}

/** What `reins` is made of, or might have been. */
const PARTS: readonly string[] = ['bc', 'hg-dagger', 'pvp', 'thrifty'];

/** Success beyond the best of the parts with the same operator, both resampled; null where none was measured. */
function beyondParts(
  whole: Cell,
  cells: readonly Cell[],
): (Interval & { part: string; difference: number }) | null {
  const parts = cells.filter(
    (cell) =>
      PARTS.includes(cell.preset) &&
      cell.task === whole.task &&
      cell.teacher === whole.teacher &&
      cell.operator === whole.operator &&
      cell.character === whole.character,
  );
  const best = parts.toSorted((a, b) => b.raw.iqm - a.raw.iqm)[0];
  if (!best) return null;
  const n = whole.scores.length;
  const difference = (scores: readonly number[]) => iqm(scores.slice(0, n)) - iqm(scores.slice(n));
  const both = [whole.scores, best.scores];
  return {
    part: best.preset,
    difference: difference(both.flat()),
    ...bootstrapInterval(both, createRandom(0), { statistic: difference }),
  };
}
