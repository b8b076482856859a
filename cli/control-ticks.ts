/** How punctual the live loop's control steps are, from the frames that it sends: each carries when its step began. */
import { FLAG, type Frame } from '../server/protocol/index.ts';

export interface ControlTicks {
  readonly steps: number;
  /** Wall clock between two steps as it should be, ms. */
  readonly periodMs: number;
  /** By how much a step came later after the one before it than that: median, 99 % of steps, and the worst, ms. */
  readonly lateMs: { readonly median: number; readonly p99: number; readonly worst: number };
  /** Share of steps that came more than half a period late. */
  readonly lateShare: number;
}

export interface TickMeter {
  see(frame: Pick<Frame, 'flags' | 'episodeNumber' | 'step' | 'time' | 'sentAt' | 'speed'>): void;
  /** Of the steps seen; undefined before two followed each other. */
  result(): ControlTicks | undefined;
}

export function createTickMeter(): TickMeter {
  const late: number[] = [];
  let before: Parameters<TickMeter['see']>[0] | undefined;
  let periodMs = 0;
  let lateSteps = 0;

  return {
    see(frame) {
      const last = before;
      before = frame;
      const follows =
        last?.episodeNumber === frame.episodeNumber &&
        frame.step === last.step + 1 &&
        (frame.flags & (FLAG.paused | FLAG.jump)) === 0;
      if (!follows) return;
      periodMs = (1000 * (frame.time - last.time)) / frame.speed;
      const delay = frame.sentAt - last.sentAt - periodMs;
      late.push(delay);
      if (delay > periodMs / 2) lateSteps++;
    },
    result() {
      if (late.length === 0) return undefined;
      const sorted = [...late].sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
      return {
        steps: late.length,
        periodMs,
        lateMs: { median: at(0.5), p99: at(0.99), worst: at(1) },
        lateShare: lateSteps / late.length,
      };
    },
  };
}
