/**
 * The evidence that is learned from: of every episode that is over what it and the feedback about it say, made anew
 * when there is more feedback, or less. The oldest episodes are forgotten first.
 */
import type {
  EnvironmentSpec,
  Episode,
  EpisodeSource,
  Feedback,
  Query,
  Segment,
} from '../contract.ts';
import { json, type States } from '../learners/parts/checkpoint.ts';
import type { SavedArrays } from '../nn/adam.ts';
import { foldOf } from '../reward/dataset.ts';
import type { RiskConfig } from './config.ts';
import { type Evidence, evidenceOf, type Mark } from './evidence.ts';

/** Of one episode. */
export interface EpisodeEvidence extends Evidence {
  /** The member with this number never learns from it. */
  readonly fold: number;
}

export interface EvidenceSet {
  /** Oldest first. */
  readonly all: readonly EpisodeEvidence[];
  /** Rows that came or changed since `taken` was called last. */
  readonly fresh: number;
  taken(): void;
  /** An episode is over. */
  add(episode: Episode, episodes: EpisodeSource): void;
  /** @returns whether it speaks of risk, or takes back what did */
  feedback(feedback: Feedback, episodes: EpisodeSource, query?: Query): boolean;
  /** What these teachers say and said, and these pieces of feedback, does not count from now on; all else does. */
  exclude(
    teacherIds: readonly string[],
    feedbackIds: readonly string[],
    episodes: EpisodeSource,
  ): void;
  readonly states: States;
}

/** Who said it, and by which feedback. */
type Said = Mark & { readonly teacherId: string; readonly feedbackId: string };

export function createEvidenceSet(spec: EnvironmentSpec, config: RiskConfig): EvidenceSet {
  const made = new Map<string, EpisodeEvidence>();
  const said = new Map<string, Said[]>();
  let excluded: { teachers: readonly string[]; feedback: readonly string[] } = {
    teachers: [],
    feedback: [],
  };
  let fresh = 0;

  const counts = ({ teacherId, feedbackId }: Said) =>
    !excluded.teachers.includes(teacherId) && !excluded.feedback.includes(feedbackId);

  function make(episode: Episode, episodes: EpisodeSource): void {
    const marks = (said.get(episode.id) ?? []).filter(counts);
    const evidence = evidenceOf(spec, config, episode, marks, episodes);
    made.set(episode.id, { ...evidence, fold: foldOf(episode.id, config.members) });
    fresh += evidence.labels.length;
    let rows = 0;
    for (const { labels } of made.values()) rows += labels.length;
    for (const [id, { labels }] of made) {
      if (rows <= config.capacity || made.size === 1) break;
      made.delete(id);
      said.delete(id);
      rows -= labels.length;
    }
  }

  /** Of an episode that is over; what is known of one that is forgotten cannot be told anew. */
  function again(id: string, episodes: EpisodeSource): void {
    if (!made.has(id)) return;
    const episode = episodes.get(id);
    if (episode) make(episode, episodes);
    else made.delete(id);
  }

  function say(id: string, mark: Said, episodes: EpisodeSource): true {
    const marks = said.get(id) ?? [];
    // A takeover is told of again once its branch is there, by whoever rolled it out.
    const first = marks.find((other) => isSame(other, mark));
    const { teacherId } = first ?? mark;
    said.set(id, [...marks.filter((other) => other !== first), { ...mark, teacherId }]);
    again(id, episodes);
    return true;
  }

  function takeBack(feedbackId: string, episodes: EpisodeSource): boolean {
    for (const [id, marks] of said) {
      const kept = marks.filter((mark) => mark.feedbackId !== feedbackId);
      if (kept.length === marks.length) continue;
      said.set(id, kept);
      again(id, episodes);
      return true;
    }
    return false;
  }

  return {
    get all() {
      return [...made.values()];
    },
    get fresh() {
      return fresh;
    },
    taken() {
      fresh = 0;
    },
    add: make,
    feedback(feedback, episodes, query) {
      if (feedback.kind === 'retraction') return takeBack(feedback.feedbackId, episodes);
      const told = markOf(feedback, query);
      return told !== undefined && say(told.episodeId, told.mark, episodes);
    },
    exclude(teachers, feedback, episodes) {
      const before = new Map([...said].map(([id, marks]) => [id, marks.filter(counts).length]));
      excluded = { teachers, feedback };
      for (const [id, marks] of said)
        if (marks.filter(counts).length !== before.get(id)) again(id, episodes);
    },
    states: {
      evidence: {
        save: (into) => save(made, into),
        load: (from, _name, meta) => {
          made.clear();
          for (const [id, evidence] of load(meta as Saved, from)) made.set(id, evidence);
        },
      },
      said: json(
        () => [...said],
        (saved) => {
          said.clear();
          for (const [id, marks] of saved) said.set(id, marks);
        },
      ),
      fresh: json(
        () => fresh,
        (saved) => {
          fresh = saved;
        },
      ),
    },
  };
}

function isSame(a: Said, b: Said): boolean {
  return a.feedbackId === b.feedbackId && a.kind === b.kind;
}

/** Which episode it is about, and what it says of risk there; undefined: nothing. */
function markOf(
  feedback: Feedback,
  query: Query | undefined,
): { episodeId: string; mark: Said } | undefined {
  const { id, teacherId } = feedback;
  const by = { teacherId, feedbackId: id };
  switch (feedback.kind) {
    case 'override': {
      const { episodeId, from, counterfactual: branch } = feedback;
      return { episodeId, mark: { kind: 'takeover', from, branch, ...by } };
    }
    case 'counterfactual': {
      const { episodeId, from, counterfactual: branch, overrideId: feedbackId } = feedback;
      return { episodeId, mark: { kind: 'takeover', from, branch, teacherId, feedbackId } };
    }
    case 'estop':
      return { episodeId: feedback.episodeId, mark: { kind: 'stop', at: feedback.step, ...by } };
    case 'critique':
      return {
        episodeId: feedback.episodeId,
        mark: { ...verdict(feedback, feedback.value), ...by },
      };
    case 'approval': {
      const at = feedback.segment ?? query?.segments[0];
      const value = feedback.decision === 'allow' ? 1 : -1;
      const { episodeId, from } = at ?? { episodeId: '', from: 0 };
      return at && { episodeId, mark: { ...verdict({ from, to: from + 1 }, value), ...by } };
    }
    case 'reward':
    case 'preference':
    case 'ranking':
    case 'rating':
    case 'correction':
    case 'demonstration':
    case 'retraction':
      return undefined;
  }
}

function verdict({ from, to }: Pick<Segment, 'from' | 'to'>, value: number) {
  return { kind: 'verdict', from, to, label: value < 0 ? 1 : 0 } as const;
}

/** The rows of all of them, one after the other. */
export function rowsOfAll(all: readonly EpisodeEvidence[]): Float32Array {
  const rows = new Float32Array(all.reduce((n, e) => n + e.rows.length, 0));
  let at = 0;
  for (const e of all) {
    rows.set(e.rows, at);
    at += e.rows.length;
  }
  return rows;
}

type Saved = readonly { readonly id: string; readonly fold: number; readonly rows: number }[];

function save(made: ReadonlyMap<string, EpisodeEvidence>, into: SavedArrays): Saved {
  const all = [...made.values()];
  into['evidence/labels'] = Float32Array.from(all.flatMap(({ labels }) => [...labels]));
  into['evidence/rows'] = rowsOfAll(all);
  return [...made].map(([id, { fold, labels }]) => ({ id, fold, rows: labels.length }));
}

/** @throws RangeError when the arrays do not hold what the list says */
function load(
  saved: Saved,
  from: Readonly<Record<string, Float32Array>>,
): [string, EpisodeEvidence][] {
  const [rows, labels] = [from['evidence/rows']!, from['evidence/labels']!];
  const total = saved.reduce((n, { rows: count }) => n + count, 0);
  const width = total === 0 ? 0 : rows.length / total;
  if (labels.length !== total || !Number.isInteger(width))
    throw new RangeError(
      `checkpoint.evidence: has ${labels.length} labels and ${rows.length} numbers for ${total} rows`,
    );
  let at = 0;
  return saved.map(({ id, fold, rows: n }) => {
    const [start, end] = [at, at + n];
    at = end;
    return [
      id,
      {
        fold,
        rows: rows.slice(start * width, end * width),
        labels: Uint8Array.from(labels.subarray(start, end)),
      },
    ];
  });
}
