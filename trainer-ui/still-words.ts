/** What is said where a finished policy drives and nothing learns. */
import type { Welcome } from './core/store.ts';

export type Policy = NonNullable<Welcome['policy']>;

/** On Live: what is seen, and what a person can do. */
export function stillWords({ name, trainedOn, isWatched }: Policy, environment: string): string {
  const origin = trainedOn === environment ? '' : `, trained on ${trainedOn},`;
  const what = `${name}${origin} drives. Nothing learns here`;
  return isWatched
    ? `${what} and nothing is kept, so nobody takes over: reins serve --policy records that.`
    : `${what}. Take over as ever: what you drive is kept as yours.`;
}

/** Under Compare and Learning, where there is nothing to see. */
export const noLearning = ({ name }: Policy): string =>
  `${name} drives as it is: nothing learns here, so nothing is asked and no figure of learning moves. reins serve without --policy learns.`;
