/** What is wrong with people's answers, each with the clips that show it. */
import type { Feedback } from '../../agent/contract.ts';
import type { KpiAlert } from '../protocol/index.ts';
import { accuracies } from './accuracy.ts';
import { behaviourAlerts } from './behaviour.ts';
import type { PersonDrift } from './drift.ts';
import { clipsOf, type Work } from './work.ts';

/** Answers whose clips are named. */
const MOST = 5;
const LEAST_SHARED = 20;
/** Below it agreement is not reliable, not even tentatively (Krippendorff). */
const LEAST_ALPHA = 0.667;
const LEAST_ACCURACY = 0.6;
const MOST_UNUSABLE = 0.2;
/** Answers of one person, of which a share is told. */
const LEAST_ANSWERS = 20;

export function alertsOf(work: Work, moved: readonly PersonDrift[]): KpiAlert[] {
  return [
    ...moved.filter(({ isMoved }) => isMoved).map(driftAlert),
    ...behaviourAlerts(work),
    ...agreementAlert(work),
    ...accuracyAlerts(work),
    ...unusableAlert(work),
  ];
}

function driftAlert({ kind, teacherId, newest, psi, limit }: PersonDrift): KpiAlert {
  const what = kind === 'time' ? 'take another time than before' : 'choose differently from before';
  return {
    id: `drift-${kind}${teacherId === undefined ? '' : `-${teacherId}`}`,
    teacherId: teacherId ?? null,
    message: `The newest ${newest.length} answers ${what} (PSI ${psi.toFixed(2)}, by chance below ${limit.toFixed(2)})`,
    advice:
      'Look at these clips: they may be harder or of another kind; else ask whoever answered.',
    clips: clipsOf(newest.slice(-MOST)),
  };
}

function agreementAlert({ said, quality }: Work): KpiAlert[] {
  const { alpha, shared, disputed } = quality;
  if (alpha === null || shared < LEAST_SHARED || alpha >= LEAST_ALPHA) return [];
  return [
    {
      ...{ id: 'agreement', teacherId: null },
      message: `People disagree: α is ${alpha.toFixed(2)} over ${shared} shared questions, reliable from ${LEAST_ALPHA} on`,
      advice: 'Decide these under Review, and say in the instructions what counts in such cases.',
      clips: clipsOf(firstOf(said, disputed)),
    },
  ];
}

/** One answer to each of the newest disputed queries. */
function firstOf(said: readonly Feedback[], queries: readonly string[]): Feedback[] {
  return queries.slice(-MOST).flatMap((id) => said.find((f) => f.queryId === id) ?? []);
}

function accuracyAlerts(work: Work): KpiAlert[] {
  return [...accuracies(work).known].flatMap(([teacherId, accuracy]) => {
    const wrong = work.probes.filter(
      ({ kind, expected, verdict, ...probe }) =>
        probe.teacherId === teacherId && kind !== 'triad' && verdict !== expected,
    );
    if (accuracy >= LEAST_ACCURACY) return [];
    return [
      {
        ...{ id: `accuracy-${teacherId}`, teacherId },
        message: `Somebody is right in ${(100 * accuracy).toFixed(0)} % of what is known, a coin in 50 %`,
        advice: 'Look at what they got wrong, ask them, and pause them under People if need be.',
        clips: clipsOf(
          firstOf(
            work.said,
            wrong.map(({ queryId }) => queryId),
          ),
        ),
      },
    ];
  });
}

function unusableAlert({ said, usable }: Work): KpiAlert[] {
  const lost = said.filter(({ id }) => !usable.has(id));
  if (said.length < LEAST_ANSWERS || lost.length / said.length <= MOST_UNUSABLE) return [];
  return [
    {
      ...{ id: 'unusable', teacherId: null },
      message: `${lost.length} of ${said.length} answers do not count: skipped, taken back, or of somebody who is paused`,
      advice: 'Look at these clips: where nobody can tell, ask for other pairs.',
      clips: clipsOf(lost.slice(-MOST)),
    },
  ];
}
