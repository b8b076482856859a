/** Replies about people's answers: how good they are, what is asked to find out, and what was decided. */
import type { Interval } from '../../../agent/evaluation/statistics.ts';
import type { Triads } from '../../../agent/quality/transitivity.ts';
import type { LearnedPerson } from '../../../agent/reward/people.ts';
import type { PersonStanding, ReviewCase, WatchHandle } from '../../contract.ts';
import type { CurvePoint } from '../../kpis/kpis.ts';
import {
  type KpiAlert,
  type KpiClip,
  REVIEW_VERDICTS,
  type TeachingReply,
} from '../../protocol/index.ts';
import { CONSENSUS_METHODS, type ConsensusReport, type Kappas } from '../../run/consensus.ts';
import type { OwnAnswers } from '../../run/own-answers.ts';
import type { PersonQuality, QualityReport } from '../../run/quality.ts';
import type { Review } from '../../storage/reviews-contract.ts';
import { moment, segment } from './episodes.ts';
import { integer, list, number, object, oneOf, orNull, text, time, yesNo } from './parts.ts';

const interval = object<Interval>({ low: number, high: number });
const share = object<{ n: number; right: number }>({ n: integer, right: integer });
const standing = object<PersonStanding>({
  ...{ state: oneOf(['quiz', 'active', 'paused']), reason: orNull(text), actor: orNull(text) },
  ...{ since: orNull(time), ratio: number, fast: orNull(number), gold: share, repeats: share },
  quiz: object<PersonStanding['quiz']>({ n: integer, right: integer, of: integer }),
});
const estimate = object<LearnedPerson['beta']>({ value: number, low: number, high: number });
const learned = object<LearnedPerson>({
  ...{ teacherId: text, answers: integer, beta: estimate, side: estimate, lapse: estimate },
});
const triads = object<Triads>({ n: integer, cyclic: integer });
interface Person extends PersonQuality {
  readonly triads: Triads;
  readonly name: string;
  readonly standing: PersonStanding;
  readonly learned: LearnedPerson | null;
}
const person = object<Person>({
  ...{ teacherId: text, name: text, answers: integer, medianMs: number, left: integer },
  ...{ decisive: integer, shared: integer, withConsensus: integer, accuracy: orNull(number) },
  ...{ standing, triads, learned: orNull(learned) },
});
type Fleiss = NonNullable<Kappas['fleiss']>;
const kappas = object<Kappas>({
  fleiss: orNull(object<Fleiss>({ kappa: number, answers: integer, questions: integer })),
  cohen: list(
    object<Kappas['cohen'][number]>({ people: list(text), kappa: number, questions: integer }),
    'Of two people who share ten questions or more, the least first',
  ),
});
interface Quality extends Omit<QualityReport, 'people'> {
  readonly triads: Triads;
  readonly people: readonly Person[];
}
export const quality = object<Quality>(
  {
    ...{ answers: integer, questions: integer, shared: integer, disputed: list(text) },
    ...{ alpha: orNull(number), interval: orNull(interval), kappas, triads, people: list(person) },
  },
  { description: 'Of answers that count; `disputed`: queries; `learned`: by the reward model' },
);

type Decided = ConsensusReport['questions'][number];
export const consensus = object<ConsensusReport>(
  {
    method: oneOf(CONSENSUS_METHODS),
    questions: list(
      object<Decided>({
        ...{ queryId: text, verdict: orNull(text), probability: number, answers: integer },
      }),
    ),
    otherwise: object<ConsensusReport['otherwise']>({
      ...{ majority: integer, 'one-coin': integer, 'dawid-skene': integer },
    }),
  },
  { description: '`verdict`: null, a tie; `otherwise`: questions that each method decides so' },
);

type Answered = WatchHandle['gold'][number]['answered'];
export const gold = list(
  object<WatchHandle['gold'][number]>({
    ...{ id: text, runId: text, better: segment, worse: segment, why: text, createdAt: time },
    ...{ retiredAt: orNull(time), retiredWhy: orNull(text) },
    answered: object<Answered>({ n: integer, trusted: integer, right: integer }),
  }),
  '`trusted`: of people who are neither paused nor in their quiz',
);

const review = object<Review>({
  ...{ id: text, runId: text, feedbackId: text, reviewer: text, reason: text, at: time },
  verdict: oneOf(REVIEW_VERDICTS),
});
type Answer = ReviewCase['answers'][number] & { readonly name: string };
const answer = object<Answer>({
  ...{ feedbackId: text, teacherId: text, name: text, verdict: text, answeredAt: time },
  ...{ responseMs: number, counts: yesNo, review: orNull(review) },
});
export const reviews = list(
  object<ReviewCase>({
    ...{ queryId: text, kind: text, segments: list(segment), isDisputed: yesNo },
    answers: list(answer),
  }),
  'Cases; `review`: the newest decision about an answer',
);
type Told = OwnAnswers['decided'][number];
export const own = object<OwnAnswers>(
  {
    ...{ answers: integer, counting: integer },
    decided: list(
      object<Told>({
        ...{ feedbackId: text, answeredAt: time, reason: text, at: time },
        verdict: oneOf(REVIEW_VERDICTS),
      }),
    ),
  },
  { description: '`decided`: the newest first' },
);
export const decided = object<{ isDecided: boolean }>({ isDecided: yesNo });

export const curve = list(
  object<CurvePoint>({
    ...{ version: integer, time, hours: number, cost: orNull(number), accuracy: number },
    heldOut: integer,
  }),
);
export const kpiAlerts = list(
  object<KpiAlert>({
    ...{ id: text, message: text, advice: text, teacherId: orNull(text) },
    clips: list(
      object<KpiClip>({ episodeId: text, from: integer, to: integer, feedbackId: orNull(text) }),
    ),
  }),
);

type Teacher = TeachingReply['people'][number];
type Takeover = TeachingReply['takeovers'][number];
export const teaching = object<TeachingReply>(
  {
    people: list(
      object<Teacher>({
        ...{ name: orNull(text), isPaused: yesNo, count: integer },
        said: list(
          object<Teacher['said'][number]>({ kind: text, count: integer, newest: orNull(moment) }),
        ),
      }),
    ),
    takeovers: list(
      object<Takeover>({
        ...{ name: orNull(text), episodeId: text, from: integer, steps: integer },
        ...{ before: integer, at: time },
      }),
      'The newest ten, newest first; `before`: steps of the agent since the takeover before it in the episode, or its beginning',
    ),
  },
  { description: '`name` null: all others together; `newest`: what their newest is about' },
);
