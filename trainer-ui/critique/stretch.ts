/** Stretches of a timeline as they are marked. */

export interface Stretch {
  readonly from: number;
  /** Excluded. */
  readonly to: number;
}

export interface Mark extends Stretch {
  /** Of the feedback. */
  readonly id: string;
  /** 1: good, −1: bad. */
  readonly value: number;
  readonly tag?: string;
}

/** Between two places of a timeline, whichever comes first: whole steps, at least one; `steps`: of the whole. */
export function between(one: number, other: number, steps: number): Stretch {
  const inside = (step: number) => Math.max(0, Math.min(steps, step));
  const from = Math.min(Math.max(0, steps - 1), Math.floor(inside(Math.min(one, other))));
  return { from, to: Math.max(from + 1, Math.ceil(inside(Math.max(one, other)))) };
}

/** "good, 1.2 to 3.4 s, too close" */
export function markWords({ from, to, value, tag }: Omit<Mark, 'id'>, dt: number): string {
  const seconds = (step: number) => (step * dt).toFixed(1);
  const name = value > 0 ? 'good' : 'bad';
  return `${name}, ${seconds(from)} to ${seconds(to)} s${tag ? `, ${tag}` : ''}`;
}

export const shifted = <S extends Stretch>(stretch: S, by: number): S => ({
  ...stretch,
  from: stretch.from + by,
  to: stretch.to + by,
});

/** Those that touch steps [first, first + steps), cut to them and counted from there. */
export function within(marks: readonly Mark[], first: number, steps: number): Mark[] {
  return marks
    .map((mark) => shifted(mark, -first))
    .filter(({ from, to }) => from < steps && to > 0)
    .map((mark) => ({ ...mark, from: Math.max(0, mark.from), to: Math.min(steps, mark.to) }));
}
