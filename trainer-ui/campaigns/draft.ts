/** What the form of a campaign says, as text, and as the server takes it. */

export interface Draft {
  readonly name: string;
  readonly purpose: string;
  readonly kind: string;
  readonly source: string;
  readonly people: number;
  readonly share: number;
  /** Of the answers that one person may give, %. */
  readonly by: number;
  readonly unit: string;
  readonly most: string;
  readonly rate: string;
  readonly accuracy: string;
  readonly instructions: string;
}

export const EMPTY: Draft = {
  ...{ name: '', purpose: 'pilot', kind: 'compare', source: 'all', people: 1, share: 100, by: 100 },
  ...{ unit: 'answers', most: '', rate: '', accuracy: '', instructions: '' },
};

const NUMBER = /^\d{1,9}(\.\d{1,4})?$/;

/** What is wrong in a field; undefined: nothing. */
export function fault({ name, unit, most, rate, accuracy }: Draft): string | undefined {
  if (name.trim() === '') return 'It needs a name.';
  for (const [what, text] of [
    ['The budget', most],
    ['The price of an hour', rate],
    ['Accuracy', accuracy],
  ] as const)
    if (text !== '' && !(NUMBER.test(text) && Number(text) > 0))
      return `${what}: a number above 0, as in 25.50, or nothing.`;
  if (unit === 'money' && most !== '' && rate === '')
    return 'A budget of money needs the price of an hour.';
  if (accuracy !== '' && !(Number(accuracy) > 50 && Number(accuracy) <= 100))
    return 'Accuracy: above 50 to 100 %, or nothing.';
  return undefined;
}

const numberOf = (text: string): number | null => (text === '' ? null : Number(text));

/** As `POST /api/campaigns` takes it. */
export function requestOf(draft: Draft): { terms: object; instructions?: string } {
  const { purpose, kind, source, people, share, by, unit, most, rate, accuracy } = draft;
  const instructions = draft.instructions.trim();
  const reached = numberOf(accuracy);
  return {
    terms: {
      ...{ name: draft.name.trim(), purpose, kind, source, people, share: share / 100 },
      most: by === 100 ? null : by / 100,
      budget: most === '' ? null : { unit, most: Number(most) },
      rate: numberOf(rate),
      accuracy: reached === null ? null : reached / 100,
    },
    ...(instructions === '' ? {} : { instructions }),
  };
}
