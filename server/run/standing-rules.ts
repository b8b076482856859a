/** Who is let in, who goes on, who is paused: from what a person answered to questions that tell something of them. */
import { evidence, SPRT_REPEATS, sprtOf } from '../../agent/quality/sequential.ts';
import type { QualityRules } from '../contract.ts';
import type { ProbeResult, Standing } from '../storage/quality-contract.ts';

/** Of the newest answers so many may be given with too little of the clips seen. */
const FAST_WINDOW = 5;
const MOST_FAST = 3;
/** Of the questions of a quiz, the share that has to be right: 8 of 10, which a coin passes in 5.5 % of the cases. */
const QUIZ_SHARE = 0.8;

/**
 * Whoever knows gold from other questions is right in it whatever they do elsewhere, and is found by repeats alone, which
 * look like nothing else. The bound is wide, since those who are good are held against it too.
 */
const REPEATS_ALONE = { error: 0.01 };

/** Why the rules pause somebody. */
export type PauseReason = 'quiz' | 'answers' | 'repeats' | 'too-fast';

interface Share {
  readonly n: number;
  readonly right: number;
}

export interface PersonRecord {
  /** `of`: questions of the quiz; 0: there is none. */
  readonly quiz: Share & { readonly of: number };
  readonly gold: Share;
  /** Answered as before. */
  readonly repeats: Share;
  /** Log-likelihood ratio of somebody good to a coin, since they were last let in or found good. */
  readonly ratio: number;
}

export const isRight = ({ verdict, expected }: ProbeResult): boolean => verdict === expected;

/** @param results of one person, oldest first, retired gold left out */
export function recordOf(results: readonly ProbeResult[], quiz: number): PersonRecord {
  const share = (kind: ProbeResult['kind']): Share => {
    const own = results.filter((result) => result.kind === kind);
    return { n: own.length, right: own.filter(isRight).length };
  };
  const { ratio } = sprtOf(observations(results), undefined, true);
  return {
    quiz: { ...share('quiz'), of: quiz },
    gold: share('gold'),
    repeats: share('repeat'),
    ratio,
  };
}

const isRepeat = ({ kind }: ProbeResult): boolean => kind === 'repeat';

function observations(results: readonly ProbeResult[]): number[] {
  return results.flatMap((result) => {
    if (result.kind === 'quiz' || result.kind === 'triad') return [];
    return [evidence(isRight(result), isRepeat(result) ? SPRT_REPEATS : undefined)];
  });
}

/** Whether the next questions are those of the quiz. */
export function isInQuiz(
  results: readonly ProbeResult[],
  quiz: number,
  standing: Standing | undefined,
): boolean {
  return !standing && results.filter(({ kind }) => kind === 'quiz').length < quiz;
}

/**
 * Why somebody is to be paused now; undefined: they go on. Somebody who was let in again begins anew.
 * @param views shares of the clips that were seen before the newest answers, oldest first
 */
export function pauseReason(
  results: readonly ProbeResult[],
  views: readonly number[],
  rules: QualityRules,
  standing: Standing | undefined,
): PauseReason | undefined {
  const since = standing?.since ?? 0;
  const quiz = results.filter(({ kind }) => kind === 'quiz');
  const right = quiz.filter(isRight).length;
  const mayMiss = rules.quiz - Math.ceil(QUIZ_SHARE * rules.quiz);
  if (!standing && rules.quiz > 0 && quiz.length - right > mayMiss) return 'quiz';
  const newer = results.filter(({ endedAt }) => endedAt > since);
  if (sprtOf(observations(newer), undefined, true).verdict === 'bad') return 'answers';
  if (sprtOf(observations(newer.filter(isRepeat)), REPEATS_ALONE, true).verdict === 'bad')
    return 'repeats';
  const fast = views.slice(-FAST_WINDOW).filter((share) => share < rules.minView).length;
  return fast > MOST_FAST ? 'too-fast' : undefined;
}
