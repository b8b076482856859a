/**
 * `bench takeover`: how long after a key the action is a person's, as the page's operator would see it but without the
 * drawing, and whether a takeover holds over a slow line.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Measuring } from '../experiments/bench/measuring.ts';
import {
  decodeFrame,
  encodeInput,
  FLAG,
  type Frame,
  OP,
  opcode,
} from '../server/protocol/index.ts';
import { type BenchServer, withServer } from './bench-server.ts';
import { openSocket } from './viewer-socket.ts';

export interface TakeoverBenchOptions extends Measuring, BenchServer {
  readonly presses: number;
  /** ms that the line takes there and back, half each way; in order. */
  readonly delay: number;
}

/** Held for so long, ms; let go of for as long at least, and some more, so that no press keeps step with the simulation. */
const HELD = 700;
/** Between two inputs while a key is held, as the page sends them, ms. */
const INPUT_EVERY = 33;

interface Press {
  /** From the key to the first frame whose action it decided, ms. */
  readonly ms: number;
  /** Wall clock of a control step then, ms. */
  readonly stepMs: number;
  /** While it was held, control did not go back to the agent. */
  readonly held: boolean;
}

export function benchTakeover(options: TakeoverBenchOptions) {
  return withServer(options, async (url) => {
    const hand = await openHand(url, options.delay);
    const presses: Press[] = [];
    try {
      for (let i = 0; i < options.presses && !options.stop?.aborted; i++) {
        // Presses at all moments of a control step.
        await sleep(HELD + ((i * 37) % 100));
        presses.push(await hand.press());
        options.onMeasured?.(1, 'pressing');
      }
    } finally {
      hand.close();
    }
    return summary(options, presses);
  });
}

/** A person at the far end of the line. */
async function openHand(url: string, delay: number) {
  let frame: Frame | undefined;
  let period = 0;
  let sequence = 0;
  const listeners = new Set<(frame: Frame) => void>();
  // Timers of equal length fire in the order in which they were set.
  const late = (then: () => void) => (delay > 0 ? void setTimeout(then, delay / 2) : then());
  const socket = await openSocket(url, (data) => {
    if (opcode(data) === OP.frame) late(() => see(decodeFrame(data)));
  });

  function see(next: Frame): void {
    if (frame && next.step === frame.step + 1 && next.episodeNumber === frame.episodeNumber)
      period = (1000 * (next.time - frame.time)) / next.speed;
    frame = next;
    for (const listener of listeners) listener(next);
  }

  /** The first frame, past or to come, that fits. */
  function until(fits: (frame: Frame) => boolean): Promise<void> {
    if (frame && fits(frame)) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (next: Frame) => {
        if (!fits(next)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
    });
  }

  /** `axes`: 0 lets go. */
  function say(axes: number): void {
    const { live, episodeNumber, step, action } = frame!;
    const input = encodeInput({
      sequence: ++sequence,
      live,
      episodeNumber,
      step,
      sentAt: Date.now(),
      activeAxes: axes,
      values: new Float32Array(action.length),
    });
    late(() => socket.send(input));
  }

  await until(() => period > 0);
  return {
    async press(): Promise<Press> {
      const all = 2 ** frame!.action.length - 1;
      const first = sequence + 1;
      const at = performance.now();
      say(all);
      const timer = setInterval(() => say(all), INPUT_EVERY);
      await until((f) => isHuman(f) && f.inputSequence >= first);
      const ms = performance.now() - at;
      let held = true;
      const watch = (f: Frame) => {
        // Another episode may begin meanwhile: inputs for the one before mean nothing in it.
        if (!isHuman(f) && f.step > 2) held = false;
      };
      listeners.add(watch);
      await sleep(HELD);
      listeners.delete(watch);
      clearInterval(timer);
      say(0);
      await until((f) => !isHuman(f));
      return { ms, stepMs: period, held };
    },
    close: () => socket.close(),
  };
}

const isHuman = ({ flags }: Frame) => (flags & FLAG.human) !== 0;

function summary({ env, delay }: TakeoverBenchOptions, presses: readonly Press[]) {
  const at = (values: number[], share: number) =>
    values.sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
  const of = (value: (press: Press) => number) => ({
    median: at(presses.map(value), 0.5),
    p95: at(presses.map(value), 0.95),
  });
  return {
    env,
    delayMs: delay,
    presses: presses.length,
    stepMs: presses[0]?.stepMs,
    keyToActionMs: of(({ ms }) => ms),
    beyondStepMs: of(({ ms, stepMs }) => ms - stepMs),
    /** Presses during which the watchdog took the wheel, or an input came too late. */
    broken: presses.filter(({ held }) => !held).length,
  };
}
