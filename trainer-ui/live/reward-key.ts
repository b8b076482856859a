/** Live rewards by keys. */

export type RewardValue = 1 | -1 | 0.5 | -0.5;

/** The part of a keyboard event that is looked at. */
export interface Key {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
}

/** What the key means: + and − count 1, with Shift 0.5; undefined for other keys. */
export function rewardOf(event: Key): RewardValue | undefined {
  switch (event.key) {
    case '+':
    case '=': // the + of an American keyboard, without Shift
      return event.shiftKey ? 0.5 : 1;
    case '*': // where + is a key of its own, Shift makes it *
      return event.shiftKey && event.code !== 'Digit8' ? 0.5 : undefined;
    case '-':
    case '_':
      return event.shiftKey ? -0.5 : -1;
    default:
      return undefined;
  }
}
