/** The guided tour: what it says, on which screen, and when a step is done. */
import { COMPARE, firstKey, LIVE, PAGE, REWARDS, takeOverKeys } from '../core/bindings.ts';
import type { AppState, Tab, Welcome } from '../core/store.ts';

type Environment = Welcome['environment'];

/** What a person has done so far, as far as the tour looks. */
export interface Done {
  readonly answers: number;
  readonly isDriving: boolean;
  /** ms since epoch of the last reward; 0: none. */
  readonly rewardedAt: number;
}

export const doneSoFar = (state: Pick<AppState, 'answered' | 'driving' | 'lastReward'>): Done => ({
  answers: state.answered.length,
  isDriving: state.driving,
  rewardedAt: state.lastReward?.at ?? 0,
});

export interface TourStep {
  readonly id: 'watch' | 'practice' | 'answer' | 'drive' | 'let-go' | 'reward' | 'stop';
  readonly screen: Tab;
  readonly title: string;
  words(environment: Environment, isTouch: boolean): string;
  /** Whether the person has done it since the step began; absent: they say so themselves. */
  isDone?(now: Done, before: Done): boolean;
}

const list = (keys: readonly string[]) => keys.join(' ');

export const TOUR: readonly TourStep[] = [
  {
    id: 'watch',
    screen: 'live',
    title: 'Watch',
    words: ({ description, better }) =>
      `An agent acts here, and learns while you look on. ${description} Better is: ${better ?? 'what you would rather see again.'}`,
  },
  {
    id: 'practice',
    screen: 'compare',
    title: 'Practise comparing',
    words: (_, isTouch) =>
      `Which clip is better? ${isTouch ? 'Press Left or Right' : `Press ${firstKey(COMPARE.a)} or ${firstKey(COMPARE.b)}`}. These answers are practice and teach nothing.`,
  },
  {
    id: 'answer',
    screen: 'compare',
    title: 'Answer one that counts',
    words: (_, isTouch) =>
      `The agent learns from this one. ${isTouch ? 'Equal and Can’t tell are answers too; Undo takes back.' : `${firstKey(COMPARE.equal)} is equal, ${firstKey(COMPARE.incomparable)} can’t tell, U undoes.`}`,
    isDone: (now, before) => now.answers > before.answers,
  },
  {
    id: 'drive',
    screen: 'live',
    title: 'Take over',
    words: ({ controls }, isTouch) =>
      isTouch
        ? 'Hold a stick or pedal at the bottom of the picture. The agent learns from how you do it.'
        : `Hold ${list(takeOverKeys(controls))}, one or several at once. The agent learns from how you do it.`,
    isDone: (now) => now.isDriving,
  },
  {
    id: 'let-go',
    screen: 'live',
    title: 'Hand back',
    words: () => 'Let go of everything: the agent goes on from there.',
    isDone: (now) => !now.isDriving,
  },
  {
    id: 'reward',
    screen: 'live',
    title: 'Reward',
    words: (_, isTouch) =>
      isTouch
        ? 'Press the thumb up while you like what you see, the thumb down while you do not.'
        : `Press ${firstKey(REWARDS.good)} while you like what you see, ${firstKey(REWARDS.bad)} while you do not.`,
    isDone: (now, before) => now.rewardedAt > before.rewardedAt,
  },
  {
    id: 'stop',
    screen: 'live',
    title: 'In an emergency',
    words: (_, isTouch) =>
      isTouch
        ? 'Stop halts everything at once; the play button goes on. The two buttons at the top right show the goal and all keys.'
        : `${firstKey(LIVE.estop)} stops everything at once, ${firstKey(LIVE.pause)} goes on. ${firstKey(PAGE.goal)} shows the goal, ${firstKey(PAGE.help)} all keys.`,
  },
];
