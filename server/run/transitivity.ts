/** How often comparisons go round in circles, of each person and of everybody together. */
import type { Feedback, Segment } from '../../agent/contract.ts';
import { type Triads, triadsOf } from '../../agent/quality/transitivity.ts';

export interface Transitivity {
  readonly all: Triads;
  readonly people: ReadonlyMap<string, Triads>;
}

const clip = ({ episodeId, from, to }: Segment): string => `${episodeId} ${from} ${to}`;

/** @param log oldest first; what was taken back does not count, of `rejected` neither */
export function transitivityOf(
  log: readonly Feedback[],
  rejected: ReadonlySet<string> = new Set(),
): Transitivity {
  const takenBack = new Set(log.flatMap((f) => (f.kind === 'retraction' ? [f.feedbackId] : [])));
  const decisions = log.flatMap((f) => {
    if (f.kind !== 'preference' || (f.choice !== 'a' && f.choice !== 'b')) return [];
    if (takenBack.has(f.id) || rejected.has(f.id)) return [];
    const [better, worse] = f.choice === 'a' ? [f.a, f.b] : [f.b, f.a];
    return [{ teacherId: f.teacherId, better: clip(better), worse: clip(worse) }];
  });
  const people = new Map<string, typeof decisions>();
  for (const decision of decisions) {
    const own = people.get(decision.teacherId);
    if (own) own.push(decision);
    else people.set(decision.teacherId, [decision]);
  }
  return {
    all: triadsOf(decisions),
    people: new Map([...people].map(([teacherId, own]) => [teacherId, triadsOf(own)])),
  };
}
