/** How often each person is right, from what is known of it. */
import type { Work } from './work.ts';

/** Answers that a share is not said of fewer than. */
const LEAST = 5;

/**
 * By person: of questions whose answer is known, one right and one wrong added; without enough of them by agreement
 * with others (one-coin Dawid–Skene). Who has neither is thought of as the mean of the others.
 */
export function accuracies({ quality, probes }: Pick<Work, 'quality' | 'probes'>) {
  const found = new Map<string, number>();
  for (const { teacherId, shared, accuracy } of quality.people)
    if (shared >= LEAST && accuracy !== null) found.set(teacherId, accuracy);
  const known = probes.filter(({ kind }) => kind === 'quiz' || kind === 'gold');
  for (const teacherId of new Set(known.map((probe) => probe.teacherId))) {
    const own = known.filter((probe) => probe.teacherId === teacherId);
    const right = own.filter(({ verdict, expected }) => verdict === expected).length;
    if (own.length >= LEAST) found.set(teacherId, (right + 1) / (own.length + 2));
  }
  const all = [...found.values()];
  const mean = all.length > 0 ? all.reduce((sum, p) => sum + p, 0) / all.length : undefined;
  return { known: found, of: (teacherId: string) => found.get(teacherId) ?? mean };
}
