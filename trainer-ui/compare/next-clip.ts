/** How long it takes from an answer to the first picture of the next question. */

/** Answers that count, the newest. */
const KEPT = 40;

export interface NextClipSummary {
  readonly answers: number;
  /** ms */
  readonly medianMs: number;
  /** 95 % of them took at most so long, ms. */
  readonly slowMs: number;
}

export interface NextClip {
  /** Somebody answered at `at` (ms), and another question is there already. */
  answered(at: number): void;
  /** Every clip of a question has been drawn once by `now`, ms. @returns the newest summary, where an answer came before */
  drawn(now: number): NextClipSummary | undefined;
}

export function createNextClip(): NextClip {
  const measured: number[] = [];
  let since: number | undefined;
  return {
    answered(at) {
      since = at;
    },
    drawn(now) {
      if (since === undefined) return undefined;
      measured.push(now - since);
      since = undefined;
      if (measured.length > KEPT) measured.shift();
      const sorted = [...measured].sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
      return { answers: sorted.length, medianMs: at(0.5), slowMs: at(0.95) };
    },
  };
}
