/** Whether people answer differently from before: in how long they take, and in what they choose. */
import { setImmediate } from 'node:timers/promises';
import type { Feedback } from '../../agent/contract.ts';
import { type Drift, driftOf } from '../../agent/quality/kpis.ts';
import { createRandom } from '../../sim/random.ts';
import { verdictOf } from '../run/verdict.ts';

export const DRIFT_KINDS = ['time', 'choice'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

export interface PersonDrift extends Drift {
  readonly kind: DriftKind;
  /** undefined: of everybody together. */
  readonly teacherId: string | undefined;
  /** The newest answers, which differ. */
  readonly newest: readonly Feedback[];
}

/** Newest answers that are held against those before them; of one person fewer. */
export const WINDOW = { all: 50, person: 20 } as const;
/** Answers before them, at least this many times as many, and no more than that. */
const REFERENCE = 2;
const MOST = 500;
/** The same answers have the same limit. */
const SEED = 1;

/** Answers that are needed before anything can be said of everybody together. */
export const NEEDED = WINDOW.all * (1 + REFERENCE);

/** @param said comparisons, oldest first */
export async function drifts(said: readonly Feedback[]): Promise<PersonDrift[]> {
  const people = [...new Set(said.map(({ teacherId }) => teacherId))];
  const found: PersonDrift[] = [];
  for (const teacherId of people.length > 1 ? [undefined, ...people] : [undefined]) {
    const own = teacherId === undefined ? said : said.filter((f) => f.teacherId === teacherId);
    for (const kind of DRIFT_KINDS) {
      found.push(...driftIn(own, kind, teacherId));
      await setImmediate(); // a server has others to answer
    }
  }
  return found;
}

function driftIn(
  said: readonly Feedback[],
  kind: DriftKind,
  teacherId: string | undefined,
): PersonDrift[] {
  const size = teacherId === undefined ? WINDOW.all : WINDOW.person;
  const newest = said.slice(-size);
  const reference = said.slice(-MOST, -size);
  if (reference.length < REFERENCE * size) return [];
  const random = createRandom(SEED);
  const drift =
    kind === 'time'
      ? driftOf(reference.map(timeOf), newest.map(timeOf), random)
      : driftOf(reference.map(choiceOf), newest.map(choiceOf), random);
  return [{ ...drift, kind, teacherId, newest }];
}

const timeOf = ({ responseMs }: Feedback): number => responseMs;
const choiceOf = (feedback: Feedback): string => verdictOf(feedback) ?? 'skip';
