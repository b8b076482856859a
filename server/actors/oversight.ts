/**
 * How people oversee a live simulation. In the loop: before what looks risky the simulation waits for a person to allow
 * it. On the loop: the agent drives, calls for help, and a person may take over. Out of the loop: it drives alone.
 * No wait is without an end: each has a deadline by the wall clock and says what follows if nobody answers, and nobody
 * is waited for who is not there.
 */
import type { Condition } from '../../agent/activation/contract.ts';
import type { OversightMode } from '../protocol/index.ts';
import type { Ask, Controller, EmitLive, LiveCommand, LiveEvent, Request } from './messages.ts';

/** How long people are waited for, ms of the wall clock. */
export const HELP_MS = 10_000;
export const APPROVAL_MS = 10_000;
/** For how long what was decided holds, s of the simulation: as far as the predicted path shows. */
export const STRETCH_SECONDS = 2;
type Answer = Extract<LiveCommand, { type: 'answer' }>;
/** Every leaf of the rule that asked. */
type Why = () => readonly Condition[];
type Outcome = Extract<LiveEvent, { type: 'decision' }>['outcome'];

export class Oversight {
  /** What people are to hear has changed since this was last set to false. */
  isNews = false;
  /** People who look; nobody else can answer. */
  viewers = 0;
  /** Who drives at the step that is told of. */
  driver: Controller = 'policy';
  #ask: Ask | undefined;
  #told: Request = 'none';
  readonly #stretch: number;
  readonly #episodeId: () => string;
  readonly #emit: EmitLive;
  #mode: OversightMode = 'on';
  #asked = 0;
  /** The call for help that goes on was answered by nobody or declined: the agent drives on by itself. */
  #isQuiet = false;
  /** Until this step what was decided of the path holds. */
  #until = 0;
  #isRefused = false;
  /** Of the latest tick, ms. */
  #now = 0;

  /** `controlDt` in s; `episodeId`: of the open one; `emit` hears of every ask that people could answer, and what became of it. */
  constructor(controlDt: number, episodeId: () => string, emit: EmitLive) {
    this.#stretch = Math.ceil(STRETCH_SECONDS / controlDt - 1e-9);
    this.#episodeId = episodeId;
    this.#emit = emit;
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
    this.#end('ended', this.#now);
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
    if (driver !== 'policy') this.#end(driver === 'human' ? 'taken-over' : 'ended', now);
    else if (this.viewers === 0 || now >= this.#ask.until) this.#settle('lapse', step, now);
    return this.#ask !== undefined;
  }

  /** Whether what was decided holds no more: the rule is to be judged before this step. */
  mayAskLeave(step: number): boolean {
    return this.#mode === 'in' && step >= this.#until;
  }

  /** The agent is about to act, and for these reasons it waits for an answer; false: nobody is there. */
  askLeave(step: number, conditions: readonly Condition[], now: number): boolean {
    this.#open('approval', 'brakes', now + APPROVAL_MS, step, now, conditions);
    return this.isWaiting(step, 'policy', now);
  }

  // ------------------------------------------------------------------ on the loop

  /** The agent's request at this step, as people hear it. `brakes`: the agent does so for as long as it asks. */
  tell(request: Request, brakes: boolean, step: number, now: number, why: Why): Request {
    if (this.#mode === 'on') this.#call(request === 'take-over', brakes, step, now, why);
    const isHeard = this.#mode === 'on' && !this.#isQuiet;
    const told = request === 'take-over' && !isHeard ? 'none' : request;
    if (told !== this.#told) this.isNews = true;
    this.#told = told;
    return told;
  }

  #call(asks: boolean, brakes: boolean, step: number, now: number, why: Why): void {
    const isOpen = this.#ask?.kind === 'help';
    if (!asks) {
      this.#isQuiet = false;
      if (isOpen) this.#end(this.driver === 'human' ? 'taken-over' : 'withdrawn', now);
      return;
    }
    if (this.#isQuiet) return;
    const fallback = brakes ? 'brakes' : 'drives-on';
    if (isOpen && this.#ask?.fallback === fallback) {
      if (now >= this.#ask.until) this.#settle('lapse', step, now);
      return;
    }
    const conditions = this.#ask?.conditions ?? why();
    this.#end('withdrawn', now); // it asks for another thing
    const until = brakes ? Number.POSITIVE_INFINITY : now + HELP_MS;
    this.#open('help', fallback, until, step, now, conditions);
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

  #open(
    kind: Ask['kind'],
    fallback: Ask['fallback'],
    until: number,
    step: number,
    at: number,
    conditions: readonly Condition[],
  ): void {
    const ask = { id: ++this.#asked, episodeId: this.#episodeId() };
    this.#put({ ...ask, kind, fallback, until, step, at, conditions });
    if (this.viewers > 0) this.#emit({ type: 'asked', ask: this.#ask! });
  }

  #settle(outcome: Outcome, step: number, at: number, teacherId?: string): void {
    const kind = this.#ask?.kind;
    this.#end(outcome, at, teacherId);
    if (kind === 'help') {
      this.#isQuiet = true;
      this.#told = 'none';
    } else {
      this.#until = step + this.#stretch;
      this.#isRefused = outcome !== 'allow';
    }
  }

  /** The ask is over, if there is one. */
  #end(outcome: Outcome, at: number, teacherId?: string): void {
    const ask = this.#ask;
    this.#put(undefined);
    if (!ask || this.viewers === 0) return;
    this.#emit({
      ...({ type: 'decision', ask, outcome, at } as const),
      ...(teacherId === undefined ? {} : { teacherId }),
    });
  }
}
