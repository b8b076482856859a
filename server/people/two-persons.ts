/** What takes two people where there are accounts: one asks for it, and another one approves. */

/** It needs somebody else. */
export class TwoPersonError extends RangeError {}

/** @param others who cannot approve. @throws TwoPersonError for one of them, with `why` */
export function expectAnother(actor: string, others: readonly string[], why: string): void {
  if (others.includes(actor))
    throw new TwoPersonError(`${why}; another supervisor has to approve it`);
}
