/** People of known character, so that what a server finds out about its people can be held against the truth. */
import type { Random } from '../../sim/random.ts';

export const CHARACTERS = [
  'good',
  'weak',
  'random',
  'flipped',
  'left-biased',
  'lazy',
  'fast-clicker',
  'gold-spotter',
  'drop-out',
] as const;
export type CharacterName = (typeof CHARACTERS)[number];

export interface Character {
  /** How often they are right where one clip is better. */
  readonly accuracy: number;
  /** The same where one of the best clips stands beside one of the worst, as in gold; absent: as elsewhere. */
  readonly accuracyIfObvious?: number;
  /** Pull to the left clip, logit. */
  readonly leftBias: number;
  /** Time per answer as a share of the usual. */
  readonly pace: number;
  /** Chance, at each question, of going away with it for good. */
  readonly leaves: number;
}

const GOOD: Character = { accuracy: 0.92, leftBias: 0, pace: 1, leaves: 0 };

export const CHARACTER: Readonly<Record<CharacterName, Character>> = {
  good: GOOD,
  weak: { ...GOOD, accuracy: 0.7 },
  random: { ...GOOD, accuracy: 0.5 },
  flipped: { ...GOOD, accuracy: 0.08 },
  'left-biased': { ...GOOD, leftBias: 1.5 },
  lazy: { ...GOOD, accuracy: 0.5, leftBias: Number.POSITIVE_INFINITY, pace: 0.5 },
  'fast-clicker': { ...GOOD, accuracy: 0.5, pace: 0.05 },
  'gold-spotter': { ...GOOD, accuracy: 0.5, accuracyIfObvious: 0.99 },
  'drop-out': { ...GOOD, leaves: 0.05 },
};

/** Most are good; the others, one of each kind in turn, are as many as `share` says. */
export function hire(people: number, share: number): CharacterName[] {
  const others = CHARACTERS.filter((name) => name !== 'good');
  const bad = Math.round(people * share);
  return Array.from({ length: people }, (_, i) => (i < bad ? others[i % others.length]! : 'good'));
}

/** Which clip is better in truth, the left (`a`) or the right one, and whether nobody who looks can miss it. */
export interface Judged {
  readonly better: 'a' | 'b';
  readonly isObvious: boolean;
}

/** Of somebody without a pull to the left the seed alone decides which of their answers are right, whatever they are asked. */
export function choose(character: Character, truth: Judged, random: Random): 'a' | 'b' {
  const { better, isObvious } = truth;
  const { accuracyIfObvious, leftBias } = character;
  const accuracy = isObvious ? (accuracyIfObvious ?? character.accuracy) : character.accuracy;
  const pull = better === 'a' ? leftBias : -leftBias;
  const isRight = random.next() < 1 / (1 + Math.exp(-Math.log(accuracy / (1 - accuracy)) - pull));
  return isRight === (better === 'a') ? 'a' : 'b';
}

/** ms before the answer: log-normal, as people's times are. */
export function thinkingTime(character: Character, usualMs: number, random: Random): number {
  return usualMs * character.pace * Math.exp(0.4 * random.normal());
}
