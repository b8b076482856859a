/** Runs in words: what they are called, how they stand, what tells them apart, and the command that goes on with one. */
import type { MetricsPoint, OpenRunRow } from '../../server/protocol/index.ts';
import type { RunRow } from './run-row.ts';

/** ms without a new step after which a run no longer counts as going on. */
const STILL = 15_000;

/** Trainings of this server may have one id: each is told with the name of its folder. */
export function titleOf({ id, name, key }: Pick<RunRow, 'id' | 'name' | 'key'>): string {
  const training = /^t-[0-9a-f]{8}(?=\.)/.exec(key)?.[0];
  return name ?? (training === undefined ? id : `${id}, ${training}`);
}

/** By what the page saw: figures of a headless training bear simulated times. */
export function standing(
  run: Pick<RunRow, 'isServed' | 'grewAt'> & { readonly isOpen?: boolean },
  now: number,
) {
  const { isServed, isOpen = false, grewAt = 0 } = run;
  if (isServed) return 'served here';
  if (isOpen) return 'open here';
  return now - grewAt < STILL ? 'going on' : 'at rest';
}

/** Whether another page of this server shows it. */
export function isOpenHere(
  { id, folder }: Pick<RunRow, 'id' | 'folder'>,
  open: readonly Pick<OpenRunRow, 'id' | 'state'>[] = [],
): boolean {
  return folder === undefined && open.some((each) => each.id === id && each.state === 'open');
}

/** The runs as listed now, with when each was seen to grow. */
export function withGrowth(
  next: readonly RunRow[],
  before: readonly RunRow[] | undefined,
  now: number,
): RunRow[] {
  return next.map((run) => {
    const old = before?.find(({ key }) => key === run.key);
    const [steps, oldSteps] = [run, old].map((each) => each?.last?.environmentSteps ?? 0);
    // A run that is new since the last look has begun meanwhile.
    const isGrown = before !== undefined && (old === undefined || steps! > oldSteps!);
    return { ...run, grewAt: isGrown ? now : (old?.grewAt ?? 0) };
  });
}

export interface Difference {
  readonly setting: string;
  /** Per run, in their order; '': its default. */
  readonly values: readonly string[];
}

/** Settings in which runs differ, by name. */
export function differences(
  runs: readonly Pick<RunRow, 'environmentId' | 'preset' | 'seed' | 'identity'>[],
): Difference[] {
  const flat = runs.map(({ environmentId, preset, seed, identity }) => ({
    environment: environmentId,
    preset,
    seed: String(seed),
    ...flatten('options', identity?.options ?? {}),
    ...flatten('', identity?.overrides ?? {}),
  })) as Record<string, string>[];
  const settings = [...new Set(flat.flatMap((each) => Object.keys(each)))].sort();
  return settings
    .map((setting) => ({ setting, values: flat.map((each) => each[setting] ?? '') }))
    .filter(({ values }) => new Set(values).size > 1);
}

function flatten(prefix: string, values: Readonly<Record<string, unknown>>) {
  const flat: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup) Object.assign(flat, flatten(name, value as Record<string, unknown>));
    else flat[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return flat;
}

/** Goes on with a run of this server's folder. */
export const goOnCommand = ({ id, folder }: Pick<RunRow, 'id' | 'folder'>): string =>
  `reins serve --run ${id}${folder === undefined ? '' : ` --data ${quoted(folder)}`}`;

export interface Chosen {
  readonly kind: 'serve' | 'train';
  readonly environment: string;
  readonly preset: string;
  readonly seed: string;
  /** Of trainings; '': as usual. */
  readonly teacher: string;
  readonly steps: string;
  readonly labels: string;
  /** Changes: `options.horizon`, `learner.gamma`, as texts. */
  readonly changes: Readonly<Record<string, string>>;
}

export function newRunCommand(chosen: Chosen): string {
  const { kind, environment, preset, seed, changes } = chosen;
  const set = Object.entries(changes)
    .filter(([, value]) => value.trim() !== '')
    .map(([name, value]) =>
      name.startsWith('options.')
        ? `--option ${quoted(`${name.slice('options.'.length)}=${value}`)}`
        : `--set ${quoted(`${name}=${value}`)}`,
    );
  const words = [`reins ${kind}`, `--env ${environment}`, `--preset ${preset}`];
  const { teacher, steps, labels } = chosen;
  const ofTraining = kind === 'train' ? { teacher, steps, labels, seed } : { seed };
  const said = Object.entries(ofTraining).filter(([, value]) => value !== '');
  return [...words, ...said.map(([name, value]) => `--${name} ${value}`), ...set].join(' ');
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Figures of several runs as one list over environment steps: those of run `i` under `i:name`. */
export function merged(runs: readonly (readonly MetricsPoint[])[]): MetricsPoint[] {
  return runs
    .flatMap((points, i) =>
      points.map((point) => ({
        ...point,
        values: Object.fromEntries(
          Object.entries(point.values).map(([name, value]) => [`${i}:${name}`, value]),
        ),
      })),
    )
    .sort((one, other) => one.environmentSteps - other.environmentSteps);
}
