/**
 * Questions that close triads. Of two comparisons that a person made, the worse clip of one is put beside the better one of
 * the other; once that is answered, the better ones of both are: three clips are then compared with each other.
 */
import type { Segment } from '../../agent/contract.ts';
import type { Random } from '../../sim/random.ts';
import type { Assignment, Storage } from '../storage/contract.ts';
import type { Probe } from '../storage/quality-contract.ts';

export type Answered = Pick<Assignment, 'queryId' | 'teacherId'> & { readonly verdict: string };

interface Triad {
  /** The two comparisons. */
  readonly about: string;
  readonly segments: readonly Segment[];
}

/** Newest questions that may wait for their third. */
const OPEN = 8;

const isDecided = (verdict: string | null | undefined): verdict is 'a' | 'b' =>
  verdict === 'a' || verdict === 'b';

/**
 * @param used the person's questions for triads so far, oldest first
 * @param past what they answered, old enough to be asked about again
 */
export async function nextTriad(
  used: readonly Probe[],
  past: readonly Answered[],
  storage: Pick<Storage, 'getQuery' | 'assignmentsOf'>,
  random: Random,
): Promise<Triad | undefined> {
  const open = used.filter(
    (probe) => used.filter(({ about }) => about === probe.about).length === 1,
  );
  for (const { about, queryId, teacherId } of open.slice(-OPEN)) {
    const answered = await storage.assignmentsOf(queryId);
    if (!answered.some((row) => row.teacherId === teacherId && isDecided(row.verdict))) continue;
    const [one, other] = await Promise.all(
      about.split(' ').map((id) => decided(id, teacherId, storage)),
    );
    if (one && other) return { about, segments: [one.better, other.better] };
  }
  const taken = new Set(used.flatMap(({ about }) => about.split(' ')));
  const free = past.filter(({ queryId, verdict }) => isDecided(verdict) && !taken.has(queryId));
  if (free.length < 2) return undefined;
  const first = free[random.integer(free.length)]!;
  const rest = free.filter((answer) => answer !== first);
  const second = rest[random.integer(rest.length)]!;
  const [one, other] = await Promise.all(
    [first, second].map(({ queryId, teacherId }) => decided(queryId, teacherId, storage)),
  );
  if (!one || !other) return undefined;
  return { about: `${first.queryId} ${second.queryId}`, segments: [one.worse, other.better] };
}

/** What the person chose in a comparison, and what they did not. */
async function decided(
  queryId: string,
  teacherId: string,
  storage: Pick<Storage, 'getQuery' | 'assignmentsOf'>,
): Promise<{ readonly better: Segment; readonly worse: Segment } | undefined> {
  const [query, rows] = await Promise.all([
    storage.getQuery(queryId),
    storage.assignmentsOf(queryId),
  ]);
  const verdict = rows.findLast((row) => row.teacherId === teacherId)?.verdict;
  const [a, b] = query?.segments ?? [];
  if (!a || !b || !isDecided(verdict)) return undefined;
  return verdict === 'a' ? { better: a, worse: b } : { better: b, worse: a };
}
