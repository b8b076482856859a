/**
 * How people oversee a live simulation. In the loop: before what looks risky the simulation waits for a person to allow
 * it. On the loop: the agent drives, calls for help, and a person may take over. Out of the loop: it drives alone.
 * No wait is without an end: each has a deadline by the wall clock and says what follows if nobody answers, and nobody
 * is waited for who is not there.
 */
import type { OversightMode } from '../protocol/index.ts';
import type { Ask, Controller, LiveCommand, LiveEvent, Request } from './messages.ts';

/** How long people are waited for, ms of the wall clock. */
export const HELP_MS = 10_000;
export const APPROVAL_MS = 10_000;
/** For how long what was decided holds, s of the simulation: as far as the predicted path shows. */
export const STRETCH_SECONDS = 2;
/** From this risk of the path ahead on a person is asked: damage within two seconds has 0.56 or more. */
export const RISKY = 0.5;

type Answer = Extract<LiveCommand, { type: 'answer' }>;
type Decision = Omit<Extract<LiveEvent, { type: 'decision' }>, 'type' | 'episodeId'>;

export class Oversight {
  /** What people are to hear has changed since this was last set to false. */
  isNews = false;
  /** People who look; nobody else can answer. */
  viewers = 0;
  #ask: Ask | undefined;
  #told: Request = 'none';
  /** What the agent asks for itself, heard or not. */
  #request: Request = 'none';
  readonly #stretch: number;
  readonly #decided: (decision: Decision) => void;
  #mode: OversightMode = 'on';
  #asked = 0;
  /** The call for help that goes on was answered by nobody or declined: the agent drives on by itself. */
  #isQuiet = false;
  /** Until this step what was decided of the path holds. */
  #until = 0;
  #isRefused = false;
  /** Of the latest tick, ms. */
  #now = 0;

  /** `controlDt` in s; `decided` hears what becomes of every ask that people could answer. */
  constructor(controlDt: number, decided: (decision: Decision) => void) {
    this.#stretch = Math.ceil(STRETCH_SECONDS / controlDt - 1e-9);
    this.#decided = decided;
  }

  /** What people are asked now. */
  get ask(): Ask | undefined {
    return this.#ask;
  }

  /** What they hear of the agent's own request. */
  get told(): Request {
    return this.#told;
  }

  get mode(): OversightMode {
    return this.#mode;
  }

  set mode(mode: OversightMode) {
    this.#mode = mode;
    this.reset();
  }

  /** Another episode, or another mode: nothing of before holds. */
  reset(): void {
    this.#put(undefined);
    this.#told = 'none';
    this.isNews = true;
    this.#isQuiet = false;
    this.#until = 0;
  }

  // ------------------------------------------------------------------ in the loop

  /** Whether the agent is kept from what it wants at this step: it was refused. */
  refuses(step: number): boolean {
    return this.#isRefused && step < this.#until;
  }

  /** Whether a step is to wait: somebody is asked, and there is time left. */
  isWaiting(step: number, driver: Controller, now: number): boolean {
    if (this.#ask?.kind !== 'approval') return false;
    // Whoever takes over or stops it has decided.
    if (driver !== 'policy') this.#put(undefined);
    else if (this.viewers === 0 || now >= this.#ask.until) this.#settle('lapse', step, now);
    return this.#ask !== undefined;
  }

  /** The agent is about to act, with this risk ahead (NaN: not known); true: it waits for an answer. */
  asksLeave(step: number, risk: number, now: number): boolean {
    const isRisky = this.#request === 'take-over' || risk >= RISKY;
    if (this.#mode !== 'in' || !isRisky || step < this.#until) return false;
    this.#open('approval', 'brakes', now + APPROVAL_MS, step, now);
    return this.isWaiting(step, 'policy', now);
  }

  // ------------------------------------------------------------------ on the loop

  /** The agent's request at this step, as people hear it. `brakes`: the agent does so for as long as it asks. */
  tell(request: Request, brakes: boolean, step: number, now: number): Request {
    this.#request = request;
    if (this.#mode === 'on') this.#call(request === 'take-over', brakes, step, now);
    const isHeard = this.#mode === 'on' && !this.#isQuiet;
    const told = request === 'take-over' && !isHeard ? 'none' : request;
    if (told !== this.#told) this.isNews = true;
    this.#told = told;
    return told;
  }

  #call(asks: boolean, brakes: boolean, step: number, now: number): void {
    const isOpen = this.#ask?.kind === 'help';
    if (!asks) {
      this.#isQuiet = false;
      if (isOpen) this.#put(undefined);
      return;
    }
    if (this.#isQuiet) return;
    const fallback = brakes ? 'brakes' : 'drives-on';
    if (isOpen && this.#ask?.fallback === fallback) {
      if (now >= this.#ask.until) this.#settle('lapse', step, now);
      return;
    }
    this.#open('help', fallback, brakes ? Number.POSITIVE_INFINITY : now + HELP_MS, step, now);
  }

  // ------------------------------------------------------------------ what people do

  /** An answer to another ask than the present one has no effect. */
  answer({ ask, isYes, teacherId }: Answer, step: number, now: number): void {
    if (this.#ask?.id !== ask) return;
    if (this.#ask.kind === 'approval') this.#settle(isYes ? 'allow' : 'deny', step, now, teacherId);
    else if (!isYes) this.#settle('decline', step, now, teacherId);
  }

  /** The wall clock goes on; while people have paused it no time runs out. */
  tick(now: number, isPaused: boolean): void {
    if (isPaused && this.#ask)
      this.#ask = { ...this.#ask, until: this.#ask.until + now - this.#now };
    this.#now = now;
  }

  #put(ask: Ask | undefined): void {
    this.#ask = ask;
    this.isNews = true;
  }

  #open(kind: Ask['kind'], fallback: Ask['fallback'], until: number, step: number, at: number) {
    this.#put({ id: ++this.#asked, kind, fallback, until, step, at });
  }

  #settle(outcome: Decision['outcome'], step: number, at: number, teacherId?: string): void {
    const ask = this.#ask;
    if (!ask) return;
    this.#put(undefined);
    if (ask.kind === 'help') {
      this.#isQuiet = true;
      this.#told = 'none';
    } else {
      this.#until = step + this.#stretch;
      this.#isRefused = outcome !== 'allow';
    }
    if (this.viewers > 0)
      this.#decided({ ask, outcome, at, ...(teacherId === undefined ? {} : { teacherId }) });
  }
}
