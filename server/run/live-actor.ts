/**
 * The live actor of a run as the server sees it: its state, who drives, its open episode, and the next
 * thread, which goes on as people left the one that died.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivationSnapshot } from '../../agent/activation/contract.ts';
import type { GateSnapshot, PolicySnapshot, RiskSnapshot } from '../../agent/contract.ts';
import type {
  ActorThreadData,
  EnvironmentFacts,
  LiveCommand,
  LiveEvent,
} from '../actors/messages.ts';
import type { Driver, LiveHandle, LiveState } from '../contract.ts';
import { alertOf, frameStep } from '../protocol/index.ts';
import { createDeferred } from '../threads/deferred.ts';
import type { Log } from '../threads/log.ts';
import { type Death, SupervisedThread } from '../threads/supervisor.ts';
import type { Alerts } from './alerts.ts';
import { Flushes } from './flushes.ts';
import { Holder } from './holder.ts';

/** How long `reached` waits for steps to come, and how often it looks, ms. */
const REACH_PATIENCE = 4000;
const REACH_EVERY = 50;

/** A policy, when it asks for a person, if it does, and how risky what it does is, if that is known. */
export interface Published {
  readonly snapshot: PolicySnapshot;
  readonly gate: GateSnapshot | undefined;
  readonly risk?: RiskSnapshot | undefined;
  readonly activation?: ActivationSnapshot | undefined;
}

/** What the owner of the live actor hears. */
export type LiveReport =
  | Exclude<LiveEvent, { type: 'ready' | 'flushed' }>
  /** There is no live simulation for now. */
  | { readonly type: 'gone' };

/** Resolves once what the report brought is on disk. */
export type LiveListener = (report: LiveReport) => Promise<void>;

/** After these the simulation waits for a person. */
const HALTS: ReadonlySet<LiveCommand['type']> = new Set(['pause', 'estop', 'rewind']);

export class LiveActor implements LiveHandle {
  readonly #log: Log;
  readonly #alerts: Alerts;
  readonly #live: number;
  readonly #data: () => Omit<ActorThreadData, 'module'>;
  readonly #thread = new SupervisedThread<LiveCommand, LiveEvent>();
  readonly #flushes = new Flushes((tag) => this.#thread.send({ type: 'flush', tag }));
  readonly #holder = new Holder();
  readonly #started = createDeferred<EnvironmentFacts>();
  #facts: EnvironmentFacts | undefined;
  #state: LiveState | undefined;
  #step = 0;
  #picture: ArrayBuffer | undefined;
  /** The state in which people left it, for a thread that follows one that died. */
  #haltedBy: string | undefined;
  #left: LiveState | undefined;
  #published: Published | undefined;
  #viewers = 0;
  readonly #overlays = new Set<string>();
  #isClosing = false;

  constructor(options: {
    readonly log: Log;
    readonly alerts: Alerts;
    /** Its number, from 0. */
    readonly live: number;
    /** Made anew for each thread. */
    data(): Omit<ActorThreadData, 'module'>;
  }) {
    this.#log = options.log;
    this.#alerts = options.alerts;
    this.#live = options.live;
    this.#data = () => ({ ...options.data(), live: options.live });
  }

  /** Resolves with the first thread's start. @throws what that thread threw. */
  get started(): Promise<EnvironmentFacts> {
    return this.#started.promise;
  }

  /** @throws Error before `started` has resolved. */
  get facts(): EnvironmentFacts {
    if (!this.#facts) throw new Error('the live actor has not started yet');
    return this.#facts;
  }

  get isWorking(): boolean {
    return this.#thread.isWorking;
  }

  get state(): LiveState | undefined {
    return this.#state;
  }

  /** Steps of the open episode so far. */
  get step(): number {
    return this.#step;
  }

  get picture(): ArrayBuffer | undefined {
    return this.#picture;
  }

  get holder(): Driver | undefined {
    return this.#holder.current;
  }

  start(listener: LiveListener): void {
    this.#thread.start({
      module: new URL('../actors/live.ts', import.meta.url).href,
      prepare: () => ({ data: this.#data(), begin: (send) => this.#begin(send) }),
      isReady: (event) => event.type === 'ready',
      onEvent: (event) =>
        void this.#onEvent(event, listener).catch((error) =>
          this.#log.error({ error: String(error) }, 'live'),
        ),
      onDeath: (death) => this.#onDeath(death, listener),
    });
  }

  /** `by`: the person who asked for it. */
  send(command: LiveCommand, by?: string): void {
    if (HALTS.has(command.type)) this.#haltedBy = by;
    if (command.type === 'overlays') this.#overlays[command.on ? 'add' : 'delete'](command.viewer);
    if (command.type === 'viewers') this.#viewers = command.count;
    // Safety first: a stop asked for while there is no thread holds for the next one.
    if (command.type === 'estop' && this.#left) this.#left = { ...this.#left, state: 'stopped' };
    this.#thread.send(command);
  }

  /** Who paused or stopped it, or went back in it; undefined while it runs, and where no person did. */
  get haltedBy(): string | undefined {
    const { state, controller } = this.#state ?? {};
    return state === 'paused' || controller === 'safe' ? this.#haltedBy : undefined;
  }

  /** The newest policy, for this thread or the next. */
  publish(published: Published): void {
    this.#published = published;
    if (this.#thread.isThere) this.#begin((command) => this.#thread.send(command));
  }

  /** The controls are theirs, also while they do not drive. */
  get recorder(): Driver | undefined {
    return this.#state?.recorder;
  }

  /** False while somebody else drives or records. */
  takeControl(driver: Driver): boolean {
    if (this.#otherRecorder(driver.sessionId)) return false;
    if (this.#state?.state === 'stopped') return true; // after a stop there is no driver, so the controls are free
    const isDriven = this.#state?.controller === 'human';
    const isTakenOn = isDriven && this.holder?.sessionId !== driver.sessionId;
    if (!this.#holder.take(driver, isDriven, Date.now())) return false;
    if (isTakenOn) this.send({ type: 'release' }); // the takeover of the operator who fell silent ends first
    return true;
  }

  otherDriver(sessionId: string): Driver | undefined {
    const recorder = this.#otherRecorder(sessionId);
    return (
      recorder ?? this.#holder.other(sessionId, this.#state?.controller === 'human', Date.now())
    );
  }

  #otherRecorder(sessionId: string): Driver | undefined {
    return this.recorder?.sessionId === sessionId ? undefined : this.recorder;
  }

  /** The steps driven so far are on disk once it resolves. @throws Error when they are not. */
  flush(): Promise<void> {
    return this.#flushes.ask();
  }

  /**
   * Resolves once that episode has `steps` steps, is over, or goes no further for now, and at the latest
   * after a while. Its steps are in memory by then.
   */
  async reached(episodeId: string, steps: number): Promise<void> {
    for (let waited = 0; waited < REACH_PATIENCE; waited += REACH_EVERY) {
      const { episodeId: open, state } = this.#state ?? {};
      if (this.#isClosing || open !== episodeId || state === 'paused') break;
      if (this.#step >= steps) break;
      await sleep(REACH_EVERY);
    }
    // When the disk is full, an alert says so, and the steps are in memory all the same.
    if (this.#state?.episodeId === episodeId) await this.flush().catch(() => {});
  }

  /** Its thread has ended. */
  get gone(): Promise<void> {
    return this.#thread.gone;
  }

  close(): Promise<void> {
    this.#isClosing = true;
    return this.#thread.close({ type: 'close' }, 2000);
  }

  async #onEvent(event: LiveEvent, listener: LiveListener): Promise<void> {
    switch (event.type) {
      case 'ready':
        this.#facts = event.facts;
        this.#started.resolve(event.facts);
        this.#alerts.clear(this.#alert('', 0).id, 'actor-died');
        return;
      case 'flushed':
        this.#flushes.done(event.tag);
        return;
      case 'episode':
        this.#flushes.writing(listener(event));
        if (this.#isClosing && event.episode.end !== 'open') this.#flushes.conclude();
        return;
      case 'frame':
        this.#step = frameStep(event.buffer);
        this.#picture = event.buffer;
        return listener(event);
      case 'state':
        this.#state = event;
        this.#step = event.step;
        if (event.controller !== 'human') this.#holder.release();
        return listener(event);
      case 'snapshot-in-use':
        if (this.#state) this.#state = { ...this.#state, policyVersion: event.version };
        return listener(event);
      case 'scene':
      case 'chunk':
      case 'clipped':
      case 'override':
      case 'asked':
      case 'decision':
        return listener(event);
    }
  }

  /** A thread acts from its first snapshot on, and goes on as people left the one before it. */
  #begin(send: (command: LiveCommand) => void): void {
    if (!this.#published) return;
    const { snapshot, gate, risk, activation } = this.#published;
    send({
      ...({ type: 'snapshot', snapshot } as const),
      ...(gate ? { gate } : {}),
      ...(risk ? { risk } : {}),
      ...(activation ? { activation } : {}),
    });
    send({ type: 'viewers', count: this.#viewers });
    if (!this.#left) return;
    const { speed, releaseTo, share, fadeSeconds, oversight, state } = this.#left;
    this.#left = undefined;
    if (state === 'stopped') send({ type: 'estop' });
    if (state === 'paused') send({ type: 'pause' });
    send({ type: 'release-to', target: releaseTo });
    send({ type: 'speed', factor: speed });
    send({ type: 'share', share });
    send({ type: 'fade', seconds: fadeSeconds });
    send({ type: 'oversight', mode: oversight });
    for (const viewer of this.#overlays) send({ type: 'overlays', viewer, on: true });
  }

  #onDeath(death: Death, listener: LiveListener): 'restart' | 'give-up' {
    const { reason, error, deaths, retryMs } = death;
    this.#log.error({ reason, deaths, retryMs }, 'the live actor died');
    this.#left ??= this.#state;
    this.#state = undefined;
    this.#holder.release();
    this.#flushes.fail(new Error(`the simulation thread stopped: ${reason}`));
    if (!this.#facts) {
      this.#started.reject(error ?? new Error(`the simulation thread: ${reason}`));
      return 'give-up';
    }
    this.#alerts.raise(this.#alert(reason, retryMs));
    void listener({ type: 'gone' });
    return 'restart';
  }

  #alert(reason: string, retryMs: number) {
    const n = this.#live + 1;
    const words = { n, seconds: retryMs / 1000 };
    if (n === 1) return alertOf('live-actor', words, `The simulation thread stopped: ${reason}`);
    return alertOf('live-actor-{n}', words, `The thread of simulation ${n} stopped: ${reason}`);
  }
}
