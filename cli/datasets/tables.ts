/** Steps, episodes and feedback as tables: the columns of the Parquet and CSV exports. */
import type { Episode, Segment } from '../../agent/contract.ts';
import { COLUMNS, keptSizes } from '../../agent/episode/columns.ts';
import type { StoredFeedback } from '../../server/storage/contract.ts';
import { plainJson } from '../../server/storage/plain-numbers.ts';
import type { Cells, Fields } from './parquet-file.ts';
import { type Annotated, type RunSource, SOURCES } from './source.ts';

/** One row per step, and a last one per episode that has what is there without a further step. */
export const STEPS = {
  episode_index: 'INT32',
  episode_id: 'STRING',
  step: 'INT32',
  /** Simulated seconds since the reset, also in a branch. */
  time: 'DOUBLE',
  observation: 'FLOAT[]',
  /** Executed. */
  action: 'FLOAT[]?',
  /** What the policy wanted. */
  policy_action: 'FLOAT[]?',
  /** policy, human or blend. */
  source: 'STRING?',
  /** Teacher who drove. */
  driver: 'STRING?',
  policy_version: 'INT64?',
  /** The environment's, or with `--rewards learned` what people's feedback has taught. */
  reward: 'FLOAT?',
  env_reward: 'FLOAT?',
  cost: 'FLOAT?',
  /** 0: terminated here. */
  discount: 'FLOAT?',
  success: 'BOOLEAN?',
  /** Sum of people's live rewards for this step; null: none. */
  human_reward: 'FLOAT?',
  /** Of the agent, m. */
  position: 'FLOAT[]?',
  /** Per body x, y, z (m) and w, x, y, z. */
  poses: 'FLOAT[]?',
} as const satisfies Fields;

export function stepCells(a: Annotated, index: number, controlDt: number): Cells {
  const { episode } = a;
  const n = episode.length;
  const rows = (name: 'observations' | 'actions' | 'policyActions' | 'positions' | 'poses') =>
    rowsOf(episode, name, n + 1);
  const steps = <T>(read: (step: number) => T): (T | null)[] =>
    Array.from({ length: n + 1 }, (_, t) => (t < n ? read(t) : null));
  const every = <T>(read: (step: number) => T): T[] =>
    Array.from({ length: n + 1 }, (_, t) => read(t));
  return {
    episode_index: every(() => index),
    episode_id: every(() => episode.id),
    step: every((t) => t),
    time: every((t) => a.startTime + t * controlDt),
    observation: rows('observations'),
    action: rows('actions'),
    policy_action: rows('policyActions'),
    source: steps((t) => SOURCES[episode.sources[t]!]!),
    driver: steps((t) => a.drivers[t] ?? null),
    policy_version: steps((t) => BigInt(episode.policyVersions[t]!)),
    reward: steps((t) => a.rewards[t]!),
    env_reward: steps((t) => episode.envRewards[t]!),
    cost: steps((t) => episode.costs[t]!),
    discount: steps((t) => episode.discounts[t]!),
    success: steps((t) => episode.successes[t] === 1),
    human_reward: steps((t) => nullIfNaN(a.humanRewards[t]!)),
    position: rows('positions'),
    poses: rows('poses'),
  };
}

const nullIfNaN = (value: number) => (Number.isNaN(value) ? null : value);

/** A column's numbers by step; null beyond its end, and everywhere when the episode does not keep it. */
export function rowsOf(
  episode: Episode,
  name: 'observations' | 'actions' | 'policyActions' | 'positions' | 'poses',
  count: number,
): (number[] | null)[] {
  const size = keptSizes(episode)[COLUMNS[name].width];
  const column = episode[name];
  return Array.from({ length: count }, (_, t) =>
    size > 0 && (t + 1) * size <= column.length
      ? [...column.subarray(t * size, (t + 1) * size)]
      : null,
  );
}

export const EPISODES = {
  episode_index: 'INT32',
  episode_id: 'STRING',
  seed: 'INT64',
  length: 'INT32',
  /** terminated, truncated, aborted or open. */
  end: 'STRING',
  end_reason: 'STRING?',
  /** experience, counterfactual or prediction. */
  origin: 'STRING',
  branch_of: 'STRING?',
  branch_step: 'INT32?',
  /** Simulated seconds at its first observation. */
  start_time: 'DOUBLE',
  /** Wall clock, ms since epoch. */
  started_at: 'INT64',
  /** Fastest real-time factor at which people were shown it; null: it was not shown. */
  speed: 'DOUBLE?',
  config_hash: 'STRING',
  live: 'BOOLEAN',
  human_steps: 'INT32',
  bodies: 'INT32',
  /** JSON by name: task metrics and sums; what is not finite is a word. */
  summary: 'STRING',
} as const satisfies Fields;

export function episodeCells({ episode, row, startTime }: Annotated, index: number): Cells {
  return {
    episode_index: [index],
    episode_id: [episode.id],
    seed: [BigInt(episode.seed)],
    length: [episode.length],
    end: [episode.end],
    end_reason: [episode.endReason ?? null],
    origin: [episode.origin],
    branch_of: [episode.branchOf?.episodeId ?? null],
    branch_step: [episode.branchOf?.step ?? null],
    start_time: [startTime],
    started_at: [BigInt(Math.round(episode.startedAt))],
    speed: [episode.speed ?? null],
    config_hash: [episode.configHash],
    live: [row.live],
    human_steps: [row.humanSteps],
    bodies: [episode.bodies],
    summary: [plainJson(episode.summary)],
  };
}

const SEGMENT = (name: string) =>
  ({
    [`${name}_episode`]: 'STRING?',
    [`${name}_from`]: 'INT32?',
    [`${name}_to`]: 'INT32?',
  }) as const;

export const FEEDBACK: Fields = {
  sequence: 'INT64',
  id: 'STRING',
  kind: 'STRING',
  /** Who said it. */
  teacher_id: 'STRING',
  query_id: 'STRING?',
  /** The person's clock, ms since epoch, as `answered_at`. */
  shown_at: 'DOUBLE',
  answered_at: 'DOUBLE',
  /** The server's. */
  received_at: 'DOUBLE',
  response_ms: 'DOUBLE',
  /** Taken back later. */
  retracted: 'BOOLEAN',
  /** What it is about; of a preference, clip a. */
  ...SEGMENT('about'),
  ...SEGMENT('b'),
  /** Of a preference: a, b, equal, incomparable or skip. */
  choice: 'STRING?',
  /** Reward, critique or score. */
  value: 'DOUBLE?',
  /** All of it, as the log has it. */
  json: 'STRING',
};

export function feedbackCells({ feedback, retracted }: RunSource): Cells {
  const of = <T>(read: (f: StoredFeedback['feedback']) => T) =>
    feedback.map(({ feedback: f }) => read(f));
  const about = of(aboutOf);
  const other = of((f) => (f.kind === 'preference' ? f.b : undefined));
  return {
    sequence: feedback.map((f) => BigInt(f.sequence)),
    id: of((f) => f.id),
    kind: of((f) => f.kind),
    teacher_id: of((f) => f.teacherId),
    query_id: of((f) => f.queryId ?? null),
    shown_at: of((f) => f.shownAt),
    answered_at: of((f) => f.answeredAt),
    received_at: of((f) => f.receivedAt),
    response_ms: of((f) => f.responseMs),
    retracted: of((f) => retracted.has(f.id)),
    ...segmentCells('about', about),
    ...segmentCells('b', other),
    choice: of((f) => (f.kind === 'preference' ? f.choice : null)),
    value: of((f) =>
      f.kind === 'reward' || f.kind === 'critique' ? f.value : f.kind === 'rating' ? f.score : null,
    ),
    json: of(plainJson),
  };
}

function segmentCells(name: string, list: readonly (Segment | undefined)[]): Cells {
  return {
    [`${name}_episode`]: list.map((s) => s?.episodeId ?? null),
    [`${name}_from`]: list.map((s) => s?.from ?? null),
    [`${name}_to`]: list.map((s) => s?.to ?? null),
  };
}

function aboutOf(f: StoredFeedback['feedback']): Segment | undefined {
  switch (f.kind) {
    case 'preference':
      return f.a;
    case 'rating':
    case 'correction':
    case 'demonstration':
      return f.segment;
    case 'reward':
    case 'estop':
      return { episodeId: f.episodeId, from: f.step, to: f.step + 1 };
    case 'override':
    case 'counterfactual':
    case 'critique':
      return { episodeId: f.episodeId, from: f.from, to: f.to };
    case 'ranking':
    case 'approval':
    case 'retraction':
      return undefined;
  }
}
