/**
 * The live actor of a run as the server sees it: its state, who drives, flushing its open episode,
 * and starting it again as people left it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GateSnapshot, PolicySnapshot } from '../../agent/contract.ts';
import type {
  ActorThreadData,
  EnvironmentFacts,
  LiveCommand,
  LiveEvent,
} from '../actors/messages.ts';
import type { LiveState } from '../contract.ts';
import { frameStep, WATCHDOG_SECONDS } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import { superviseThread } from '../threads/supervisor.ts';
import type { Alerts } from './alerts.ts';

/** A flush that takes longer is not waited for, ms. */
const FLUSH_PATIENCE = 3000;
/** Flushes write the whole open episode: not more often than this, ms. */
const FLUSH_REST = 200;
/** How long steps to come are waited for, and how often looked for, ms. */
const REACH_PATIENCE = 4000;
const REACH_EVERY = 50;

/** A policy and when it asks for a person, if it does. */
export interface Published {
  readonly snapshot: PolicySnapshot;
  readonly gate: GateSnapshot | undefined;
}

export interface RunLive {
  /** Resolves with the first thread's start. @throws what that thread threw. */
  readonly facts: Promise<EnvironmentFacts>;
  readonly isWorking: boolean;
  readonly state: LiveState | undefined;
  /** Steps of the open episode so far. */
  readonly step: number;
  readonly holder: string | undefined;
  /** Whoever drives, or drove last. */
  readonly lastHolder: string;
  send(command: LiveCommand): void;
  snapshot(newest: Published): void;
  takeControl(teacherId: string): boolean;
  /** The steps driven so far are on disk once it resolves. @throws Error when they are not. */
  flush(): Promise<void>;
  /**
   * Resolves once that episode has so many steps, is over, or goes no further for now, at the latest
   * after a while; its steps are in memory by then.
   */
  reached(episodeId: string, steps: number): Promise<void>;
  close(): Promise<void>;
}

export function createRunLive(options: {
  readonly log: Log;
  readonly alerts: Alerts;
  data(): Omit<ActorThreadData, 'module'>;
  /** The newest policy, for a new thread. */
  newest(): Published | undefined;
  /** After the state here has followed it; resolves once what it brought is on disk. */
  onEvent(event: LiveEvent): Promise<void>;
  /** There is no live simulation for now. */
  onGone(): void;
}): RunLive {
  const { log, alerts } = options;
  let state: LiveState | undefined;
  let step = 0;
  let holder: string | undefined;
  let lastHolder = 'operator';
  let heldAt = 0;
  /** How people left it, for a thread that follows one that died. */
  let left: LiveState | undefined;
  let viewers = 0;
  const overlays = new Set<string>();
  let announce: (facts: EnvironmentFacts) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const facts = new Promise<EnvironmentFacts>((resolve, reject) => {
    announce = resolve;
    fail = reject;
  });
  let isKnown = false;
  let closing = false;

  const flushes = createFlushes((tag) => thread.send({ type: 'flush', tag }));

  async function onEvent(event: LiveEvent): Promise<void> {
    switch (event.type) {
      case 'ready':
        isKnown = true;
        announce(event.facts);
        alerts.clear('live-actor', 'actor-died');
        break;
      case 'frame':
        step = frameStep(event.buffer);
        break;
      case 'state':
        state = event;
        step = event.step;
        if (event.controller !== 'human') holder = undefined;
        break;
      case 'snapshot-in-use':
        if (state) state = { ...state, policyVersion: event.version };
        break;
      case 'episode':
        flushes.writing(options.onEvent(event));
        return;
      case 'flushed':
        flushes.done(event.tag);
        return;
    }
    await options.onEvent(event);
  }

  /** With it a new thread begins, as people left the old one: stopped, paused, braking on release. */
  function begin(send: (command: LiveCommand) => void, { snapshot, gate }: Published): void {
    send({ type: 'snapshot', snapshot, ...(gate ? { gate } : {}) });
    send({ type: 'viewers', count: viewers });
    if (!left) return;
    const { speed, releaseTo, state: was } = left;
    left = undefined;
    if (was === 'stopped') send({ type: 'estop' });
    if (was === 'paused') send({ type: 'pause' });
    send({ type: 'release-to', target: releaseTo });
    send({ type: 'speed', factor: speed });
    for (const viewer of overlays) send({ type: 'overlays', viewer, on: true });
  }

  const thread = superviseThread<LiveCommand, LiveEvent>({
    module: new URL('../actors/live.ts', import.meta.url).href,
    data: options.data,
    isReady: (event) => event.type === 'ready',
    onEvent: (event) =>
      void onEvent(event).catch((error) => log.error({ error: String(error) }, 'live')),
    onStart(send) {
      const newest = options.newest();
      if (newest) begin(send, newest);
    },
    onDeath({ reason, error, deaths, retryMs }) {
      log.error({ reason, deaths, retryMs }, 'the live actor died');
      if (!isKnown) fail(error ?? new Error(`the simulation thread: ${reason}`));
      left ??= state;
      state = undefined;
      holder = undefined;
      flushes.fail(new Error(`the simulation thread stopped: ${reason}`));
      alerts.raise({
        id: 'live-actor',
        severity: 'error',
        code: 'actor-died',
        message: `The simulation thread stopped: ${reason}`,
        tip: `It is started again in ${retryMs / 1000} s with a new episode; answers so far are kept.`,
      });
      options.onGone();
    },
  });

  return {
    facts,
    get isWorking() {
      return thread.isWorking;
    },
    get state() {
      return state;
    },
    get step() {
      return step;
    },
    get holder() {
      return holder;
    },
    get lastHolder() {
      return holder ?? lastHolder;
    },
    send(command) {
      if (command.type === 'viewers') viewers = command.count;
      if (command.type === 'overlays') overlays[command.on ? 'add' : 'delete'](command.viewer);
      // Safety first: a stop asked for while there is no thread holds for the next one.
      if (command.type === 'estop' && left) left = { ...left, state: 'stopped' };
      thread.send(command);
    },
    snapshot(newest) {
      // The next thread gets the newest one as it starts.
      if (thread.isThere) begin(thread.send, newest);
    },
    takeControl(teacherId) {
      const now = Date.now();
      // Whose inputs had no effect for so long does not hold anything, whatever they think.
      const silent = state?.controller !== 'human' && now - heldAt > WATCHDOG_SECONDS * 1000;
      if (holder !== undefined && holder !== teacherId && !silent) return false;
      holder = teacherId;
      lastHolder = teacherId;
      heldAt = now;
      return true;
    },
    flush: flushes.ask,
    async reached(episodeId, steps) {
      const goesOn = () =>
        !closing && state?.episodeId === episodeId && state.state !== 'paused' && step < steps;
      for (let waited = 0; goesOn() && waited < REACH_PATIENCE; waited += REACH_EVERY)
        await sleep(REACH_EVERY);
      // What a full disk refuses is told by an alert, and in memory all the same.
      if (state?.episodeId === episodeId) await flushes.ask().catch(() => {});
    },
    close() {
      closing = true;
      return thread.close({ type: 'close' }, 2000);
    },
  };
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** Flushes that are asked for at nearly the same time share one. */
function createFlushes(send: (tag: number) => void) {
  let tag = 0;
  let next: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sentAt = 0;
  const sent = new Map<number, Waiting[]>();
  let written: Promise<void> = Promise.resolve();

  function fire(): void {
    timer = undefined;
    sentAt = Date.now();
    sent.set(++tag, next);
    next = [];
    send(tag);
  }

  return {
    ask(): Promise<void> {
      const answered = new Promise<void>((resolve, reject) => {
        next.push({ resolve, reject });
        timer ??= setTimeout(fire, Math.max(0, sentAt + FLUSH_REST - Date.now()));
      });
      return inTime(answered);
    },
    /** An episode is being written. */
    writing(work: Promise<void>): void {
      written = work;
      work.catch(() => {});
    },
    done(answered: number): void {
      const waiting = sent.get(answered) ?? [];
      sent.delete(answered);
      written.then(
        () => {
          for (const w of waiting) w.resolve();
        },
        (error: Error) => {
          for (const w of waiting) w.reject(error);
        },
      );
    },
    fail(error: Error): void {
      const all = [...next, ...[...sent.values()].flat()];
      clearTimeout(timer);
      timer = undefined;
      next = [];
      sent.clear();
      for (const w of all) w.reject(error);
    },
  };
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`the simulation thread did not answer in ${FLUSH_PATIENCE} ms`);
    timer = setTimeout(() => reject(error), FLUSH_PATIENCE);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
