/** What a reader of another program's data set gives, and how that becomes an episode of ours. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EnvironmentSpec, type Episode, SOURCE_CODE } from '../../agent/contract.ts';
import type { Run } from '../../server/storage/contract.ts';
import { numbersOf, type PlainNumber } from '../../server/storage/plain-numbers.ts';
import { OWN } from './folder.ts';

/** An episode as a format holds it; what it does not hold is absent. */
export interface Read {
  /** (n + 1, d), or (n, d) where the format has no last one. */
  readonly observations: ArrayLike<number>;
  readonly actions: ArrayLike<number>;
  readonly rewards: ArrayLike<number>;
  readonly isTerminated: boolean;
  readonly policyActions?: ArrayLike<number>;
  readonly costs?: ArrayLike<number>;
  readonly successes?: readonly boolean[];
  readonly sources?: readonly string[];
  readonly policyVersions?: ArrayLike<number>;
  readonly seed?: number;
}

export interface Dataset {
  readonly spec: EnvironmentSpec;
  /** In the order of the data set. */
  episodes(): AsyncIterable<Read>;
}

/** What `reins/` says beside a data set that we wrote. */
export interface OwnSide {
  readonly run: Run;
  /** Lines of JSON. */
  readonly feedback: readonly string[];
  readonly episodes: ReadonlyMap<number, OwnEpisode>;
}

type OwnEpisode = Pick<
  Episode,
  'id' | 'seed' | 'end' | 'endReason' | 'origin' | 'branchOf' | 'startedAt' | 'speed' | 'configHash'
> & {
  readonly index: number;
  readonly live: boolean;
  readonly summary: Readonly<Record<string, PlainNumber>>;
  readonly lastObservation: readonly PlainNumber[];
};

/** undefined: somebody else wrote it. */
export function readOwnSide(folder: string): OwnSide | undefined {
  const text = (name: string) => readFileSync(join(folder, OWN, name), 'utf8');
  let run: string;
  try {
    run = text('run.json');
  } catch {
    return undefined;
  }
  const lines = (name: string) => text(name).split('\n').filter(Boolean);
  const episodes = lines('episodes.jsonl').map((line) => JSON.parse(line) as OwnEpisode);
  return {
    run: JSON.parse(run) as Run,
    feedback: lines('feedback.jsonl'),
    episodes: new Map(episodes.map((episode) => [episode.index, episode])),
  };
}

export interface Target {
  readonly run: Run;
  readonly spec: EnvironmentSpec;
  /** Wall clock, ms: for episodes of which nobody says when they began. */
  readonly now: number;
}

/** @throws RangeError naming the episode whose lengths do not fit together. */
export function toEpisode(
  read: Read,
  index: number,
  own: OwnEpisode | undefined,
  { run, spec, now }: Target,
): Episode {
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = read.rewards.length;
  expectLength(index, 'actions', read.actions.length, n * k);
  const actions = Float32Array.from(read.actions);
  return {
    ...headOf(read, index, own, run, now),
    runId: run.id,
    environmentId: run.environmentId,
    observationSize: d,
    actionSize: k,
    bodies: 0,
    length: n,
    observations: observationsOf(read, index, own, n, d),
    actions,
    policyActions: column(Float32Array, read.policyActions, n * k) ?? actions.slice(),
    sources: Uint8Array.from({ length: n }, (_, t) => codeOf(read.sources?.[t])),
    policyVersions: column(Uint32Array, read.policyVersions, n) ?? new Uint32Array(n),
    envRewards: Float32Array.from(read.rewards),
    costs: column(Float32Array, read.costs, n) ?? new Float32Array(n),
    discounts: new Float32Array(n).fill(1).fill(read.isTerminated ? 0 : 1, n - 1),
    successes: Uint8Array.from({ length: n }, (_, t) => (read.successes?.[t] ? 1 : 0)),
    poses: new Float32Array(0),
    positions: new Float32Array(0),
    states: [],
  };
}

type Head = Pick<
  Episode,
  | 'id'
  | 'seed'
  | 'end'
  | 'endReason'
  | 'origin'
  | 'branchOf'
  | 'startedAt'
  | 'speed'
  | 'configHash'
  | 'summary'
>;

function headOf(
  read: Read,
  index: number,
  own: OwnEpisode | undefined,
  run: Run,
  now: number,
): Head {
  if (own) {
    const { id, seed, end, endReason, origin, branchOf, startedAt, speed, configHash } = own;
    return {
      ...{ id, seed, end, origin, startedAt, configHash, summary: numbersOf(own.summary) },
      ...(endReason === undefined ? {} : { endReason }),
      ...(speed === undefined ? {} : { speed }),
      ...(branchOf ? { branchOf } : {}),
    };
  }
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  return {
    id: `${run.id}-${index}`,
    seed: read.seed ?? 0,
    end: read.isTerminated ? 'terminated' : 'truncated',
    origin: 'experience',
    startedAt: now + index,
    configHash: run.configHash,
    summary: { return: sum(read.rewards), ...(read.costs ? { cost: sum(read.costs) } : {}) },
  };
}

/** Without a last observation the one before stands for it. */
function observationsOf(
  { observations }: Read,
  index: number,
  own: OwnEpisode | undefined,
  n: number,
  d: number,
): Float32Array {
  const out = new Float32Array((n + 1) * d);
  if (observations.length === out.length) out.set(observations);
  else {
    expectLength(index, 'observations', observations.length, n * d);
    out.set(observations);
    const last = own?.lastObservation.map(Number) ?? out.slice((n - 1) * d, n * d);
    out.set(last, n * d);
  }
  return out;
}

function column<A extends Float32Array | Uint32Array>(
  Type: { from(values: ArrayLike<number>): A },
  values: ArrayLike<number> | undefined,
  size: number,
): A | undefined {
  return values?.length === size ? Type.from(values) : undefined;
}

/** A source that nobody names is the policy's. */
function codeOf(source: string | undefined): number {
  return SOURCE_CODE[source as keyof typeof SOURCE_CODE] ?? SOURCE_CODE.policy;
}

function expectLength(index: number, name: string, length: number, expected: number): void {
  if (length !== expected)
    throw new RangeError(`episode ${index}: ${name} are ${length} numbers, expected ${expected}`);
}
