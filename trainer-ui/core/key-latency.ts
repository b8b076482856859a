/** How long it takes from a driving key to the first picture that shows what became of it. */
import { FLAG, type Frame } from '../../server/protocol/index.ts';

/** Presses that count, the newest. */
const KEPT = 40;
/** ms after which nobody acted on a press: it was refused, or let go of at once. */
const GIVEN_UP = 5000;

export interface KeyLatencySummary {
  readonly presses: number;
  /** From the key to the picture, ms. */
  readonly medianMs: number;
  /** By how much 95 % of them took at most longer than a control step, which nobody can be faster than; ms, below 0: shorter. */
  readonly beyondStepMs: number;
}

type Shown = Pick<Frame, 'live' | 'flags' | 'inputSequence'>;

interface Press {
  /** Of the input that was sent for it, and the live simulation that it is for. */
  readonly sequence: number;
  readonly live: number;
  /** It began a takeover: nothing was held before. */
  readonly isFirst: boolean;
  /** When the key went down, ms of the page's clock. */
  readonly at: number;
}

export interface KeyLatency {
  /** An input was sent for a key that went down. */
  pressed(press: Press): void;
  /** A picture was drawn at `now` (ms); `frame`: the newest that it has something of; `stepMs`: wall clock of a control step. */
  drawn(frame: Shown | undefined, now: number, stepMs: number): void;
  /** undefined before the first. */
  summary(): KeyLatencySummary | undefined;
}

export function createKeyLatency(): KeyLatency {
  const measured: { readonly ms: number; readonly beyond: number }[] = [];
  let waiting: Press | undefined;

  return {
    pressed(press) {
      // One at a time; a takeover that was let go of before anything was driven is over.
      if (!waiting || press.isFirst) waiting = press;
    },
    drawn(frame, now, stepMs) {
      if (!waiting) return;
      const { sequence, live, at } = waiting;
      const isShown =
        frame?.live === live && (frame.flags & FLAG.human) !== 0 && frame.inputSequence >= sequence;
      if (isShown) {
        measured.push({ ms: now - at, beyond: now - at - stepMs });
        if (measured.length > KEPT) measured.shift();
      }
      if (isShown || now - at > GIVEN_UP) waiting = undefined;
    },
    summary() {
      if (measured.length === 0) return undefined;
      const at = (values: number[], share: number) =>
        values.sort((a, b) => a - b)[Math.ceil(share * values.length) - 1]!;
      return {
        presses: measured.length,
        medianMs: at(
          measured.map(({ ms }) => ms),
          0.5,
        ),
        beyondStepMs: at(
          measured.map(({ beyond }) => beyond),
          0.95,
        ),
      };
    },
  };
}
