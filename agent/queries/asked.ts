/** Queries that were asked, kept for their answers, for coverage, and to be asked again. */
import type { Random } from '../../sim/random.ts';
import type { PreferenceChoice, Query } from '../contract.ts';

export interface AskedQuestion {
  readonly query: Query;
  /** How sure the model was, [0, 1]. */
  readonly ease: number;
  readonly features: Float32Array;
}

export type SavedQuestion = Omit<AskedQuestion, 'features'> & {
  readonly features: number[];
  readonly again?: 'answered' | 'repeated';
};

export interface Asked {
  add(question: AskedQuestion): void;
  get(queryId: string): AskedQuestion | undefined;
  /** An answer came: returns the query that it answers, while that is remembered. */
  answered(queryId: string, choice: PreferenceChoice): AskedQuestion | undefined;
  /** A query with a clear answer, asked so long ago that a person has forgotten it. Each is returned once. */
  takeAnswered(): AskedQuestion | undefined;
  /** Features of the newest queries. */
  features(most: number): Float32Array[];
  save(): SavedQuestion[];
  load(saved: readonly SavedQuestion[]): void;
}

const REMEMBERED = 2000;
/** Queries that must come in between, so that a person does not answer from memory. */
const FORGOTTEN_AFTER = 20;

export function createAsked(random: Random): Asked {
  const questions = new Map<string, AskedQuestion>();
  const again = new Map<string, 'answered' | 'repeated'>();

  function add(question: AskedQuestion): void {
    questions.set(question.query.id, question);
    if (questions.size <= REMEMBERED) return;
    const oldest: string = questions.keys().next().value!;
    questions.delete(oldest);
    again.delete(oldest);
  }

  return {
    add,
    get: (queryId) => questions.get(queryId),
    answered(queryId, choice) {
      const question = questions.get(queryId);
      const isClear = choice === 'a' || choice === 'b';
      const isRepeat = question?.query.strategy === 'repeat';
      if (question && isClear && !isRepeat && !again.has(queryId)) again.set(queryId, 'answered');
      return question;
    },
    takeAnswered() {
      const ids = [...questions.keys()].slice(0, -FORGOTTEN_AFTER);
      const ready = ids.filter((id) => again.get(id) === 'answered');
      if (ready.length === 0) return undefined;
      const id = ready[random.integer(ready.length)]!;
      again.set(id, 'repeated');
      return questions.get(id);
    },
    features: (most) => [...questions.values()].slice(-most).map((question) => question.features),
    save: () =>
      [...questions.values()].map((question) => {
        const state = again.get(question.query.id);
        const features = [...question.features];
        return { ...question, features, ...(state ? { again: state } : {}) };
      }),
    load(saved) {
      questions.clear();
      again.clear();
      for (const { again: state, features, ...question } of saved) {
        add({ ...question, features: Float32Array.from(features) });
        if (state) again.set(question.query.id, state);
      }
    },
  };
}
