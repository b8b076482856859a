/** Who taught what, by kind, and how far the agent came before each takeover: from the log. */
import type { Feedback, FeedbackKind } from '../../agent/contract.ts';
import { isLabel, retractedBy, segmentsOf } from '../../agent/feedback.ts';

/** Takeovers that are told, the newest. */
const TOLD = 10;

export interface Said {
  readonly kind: FeedbackKind;
  readonly count: number;
  /** What the newest is about; null: no episode. */
  readonly newest: { readonly episodeId: string; readonly step: number } | null;
}

export interface Teaching {
  /** Who said most comes first, and of theirs the most frequent kind. */
  readonly people: readonly {
    readonly teacherId: string;
    readonly count: number;
    readonly said: readonly Said[];
  }[];
  /** Newest first. */
  readonly takeovers: readonly {
    readonly teacherId: string;
    readonly episodeId: string;
    readonly from: number;
    /** Steps that the person drove. */
    readonly steps: number;
    /** Steps of the agent before it, since the takeover before it in the episode or its beginning. */
    readonly before: number;
    /** ms since epoch. */
    readonly at: number;
  }[];
}

/** @param log oldest first; what was taken back does not count, of `rejected` neither */
export function teachingOf(log: readonly Feedback[], rejected: ReadonlySet<string>): Teaching {
  const takenBack = new Set(log.flatMap((f) => retractedBy(f) ?? []));
  const counts = (f: Feedback) => !takenBack.has(f.id) && !rejected.has(f.id);
  return {
    people: peopleOf(log.filter((f) => isLabel(f) && counts(f))),
    takeovers: takeoversOf(log, counts),
  };
}

function peopleOf(labels: readonly Feedback[]): Teaching['people'] {
  const people = new Map<string, Map<FeedbackKind, Said>>();
  for (const label of labels) {
    const { teacherId, kind } = label;
    const own = people.get(teacherId) ?? new Map<FeedbackKind, Said>();
    people.set(teacherId, own);
    const [about] = segmentsOf(label);
    const newest = about ? { episodeId: about[1].episodeId, step: about[1].from } : null;
    own.set(kind, { kind, count: (own.get(kind)?.count ?? 0) + 1, newest });
  }
  return [...people]
    .map(([teacherId, own]) => {
      const said = [...own.values()].sort((one, other) => other.count - one.count);
      return { teacherId, count: said.reduce((sum, { count }) => sum + count, 0), said };
    })
    .sort((one, other) => other.count - one.count);
}

function takeoversOf(
  log: readonly Feedback[],
  counts: (f: Feedback) => boolean,
): Teaching['takeovers'] {
  /** By episode, up to which step people have driven. */
  const driven = new Map<string, number>();
  const takeovers = log.flatMap((f) => {
    if (f.kind !== 'override') return [];
    const { teacherId, episodeId, from, to, answeredAt: at } = f;
    const before = Math.max(0, from - (driven.get(episodeId) ?? 0));
    driven.set(episodeId, to);
    return counts(f) ? [{ teacherId, episodeId, from, steps: to - from, before, at }] : [];
  });
  return takeovers.slice(-TOLD).reverse();
}
