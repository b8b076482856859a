/** The labels that are fitted, and which of them each member sees: all but those of its own fold. */
import type { FittedKind } from './config.ts';
import type { Comparison, Datum } from './dataset.ts';
import type { Noise } from './noise.ts';
import type { HeldOutComparison } from './published.ts';

export type LabelLists = ReadonlyMap<FittedKind, readonly Datum[]>;

export interface LabelSet {
  /** Oldest first, without those of teachers that are left out. */
  readonly data: readonly Datum[];
  /** With them. */
  readonly all: readonly Datum[];
  /** Pieces of feedback they come from. */
  readonly feedback: number;
  add(made: readonly Datum[]): void;
  /** Remove a retracted piece of feedback; false when it was not there. */
  retract(feedbackId: string): boolean;
  /** Leaves out what these teachers said and these pieces of feedback, and nothing else; false: nothing changes by it. */
  exclude(teacherIds: readonly string[], feedbackIds?: readonly string[]): boolean;
  /** What a member trains on, by kind; all of it where there is one member only. */
  of(member: number): LabelLists;
  replace(data: readonly Datum[]): void;
}

/** `noise` is told how often each teacher says 'equal'. */
export function createLabelSet(members: number, noise: Noise): LabelSet {
  let all: Datum[] = [];
  let data: Datum[] = [];
  let excluded: ReadonlySet<string> = new Set();
  let rejected: ReadonlySet<string> = new Set();
  let lists: Map<FittedKind, Datum[]>[] | undefined;

  function changed(next: Datum[]): void {
    all = next;
    data =
      excluded.size + rejected.size === 0
        ? all
        : all.filter((d) => !excluded.has(teacherOf(d)) && !rejected.has(d.feedbackId));
    lists = undefined;
    const answers = new Map<string, { all: number; equal: number }>();
    for (const datum of data) {
      if (datum.kind !== 'preference') continue;
      const { all, equal } = answers.get(datum.teacherId) ?? { all: 0, equal: 0 };
      const more = datum.choice === 'equal' ? 1 : 0;
      answers.set(datum.teacherId, { all: all + 1, equal: equal + more });
    }
    for (const [teacherId, { all, equal }] of answers) noise.count(teacherId, all, equal);
  }

  function split(): Map<FittedKind, Datum[]>[] {
    return Array.from({ length: members }, (_, member) => {
      const map = new Map<FittedKind, Datum[]>();
      for (const datum of data) {
        if (datum.fold === member && members > 1) continue;
        const list = map.get(datum.kind);
        if (list) list.push(datum);
        else map.set(datum.kind, [datum]);
      }
      return map;
    });
  }

  return {
    get data() {
      return data;
    },
    get all() {
      return all;
    },
    get feedback() {
      return new Set(data.map((datum) => datum.feedbackId)).size;
    },
    add(made) {
      changed([...all, ...made.map((datum) => ({ ...datum, fold: twinOf(datum, all).fold }))]);
    },
    retract(feedbackId) {
      const kept = all.filter((datum) => datum.feedbackId !== feedbackId);
      if (kept.length === all.length) return false;
      changed(kept);
      return true;
    },
    exclude(teacherIds, feedbackIds = []) {
      const before = data;
      excluded = new Set(teacherIds);
      rejected = new Set(feedbackIds);
      changed(all);
      return data.length !== before.length || data.some((datum, i) => datum !== before[i]);
    },
    of: (member) => (lists ??= split())[member]!,
    replace: (next) => changed([...next]),
  };
}

type Decided = Comparison & { readonly kind: 'preference'; readonly choice: 'a' | 'b' };

/** A comparison with a choice: one member of several has not seen it. */
export const isDecided = (datum: Datum): datum is Decided =>
  datum.kind === 'preference' && datum.choice !== 'equal';

/** Decided comparisons, each with copies of its steps. */
export function heldOutOf(data: readonly Datum[]): HeldOutComparison[] {
  return data.filter(isDecided).flatMap((datum) => {
    const { feedbackId, fold, choice, parts } = datum;
    const [rows, teacherId] = [datum.rows.slice(), teacherOf(datum)];
    return [{ feedbackId, teacherId, fold, choice, rows, split: parts[0]! }];
  });
}

/** Whose noise it has is written before whose it is, where that is one of its own kind (dataset.ts). */
function teacherOf({ kind, teacherId }: Datum): string {
  const own = `${kind}/`;
  return teacherId.startsWith(own) ? teacherId.slice(own.length) : teacherId;
}

/** An earlier datum of the same pair, either way round, or the datum itself: seeing one answer is seeing the other. */
function twinOf(datum: Datum, data: readonly Datum[]): Datum {
  if (datum.kind !== 'preference') return datum;
  const { rows } = datum;
  const middle = (rows.length * datum.parts[0]!) / (datum.parts[0]! + datum.parts[1]!);
  const swapped = (i: number) => (i < rows.length - middle ? i + middle : i - rows.length + middle);
  const isTwin = (other: Datum) =>
    other.kind === 'preference' &&
    other.rows.length === rows.length &&
    (rows.every((value, i) => value === other.rows[i]) ||
      other.rows.every((value, i) => value === rows[swapped(i)]));
  return data.find(isTwin) ?? datum;
}
