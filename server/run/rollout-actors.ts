/** The free-running actors of a run: always there, all with the newest policy; one of them answers requests. */
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { ActorThreadData, RolloutCommand, RolloutEvent } from '../actors/messages.ts';
import { FIRST_CREDIT } from '../learner/messages.ts';
import { alertOf } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import { type Death, SupervisedThread } from '../threads/supervisor.ts';
import type { Alerts } from './alerts.ts';

type RolloutThread = SupervisedThread<RolloutCommand, RolloutEvent>;

export class RolloutActors {
  readonly #count: number;
  readonly #log: Log;
  readonly #alerts: Alerts;
  readonly #data: (actor: string) => Omit<ActorThreadData, 'module'>;
  readonly #threads: readonly RolloutThread[];
  #snapshot: PolicySnapshot | undefined;

  constructor(options: {
    /** 0: one thread still draws scenes and rolls out counterfactuals, but does not drive. */
    readonly count: number;
    readonly log: Log;
    readonly alerts: Alerts;
    /** Made anew for each thread. */
    data(actor: string): Omit<ActorThreadData, 'module'>;
  }) {
    this.#count = options.count;
    this.#log = options.log;
    this.#alerts = options.alerts;
    this.#data = options.data;
    const length = Math.max(1, options.count);
    this.#threads = Array.from({ length }, () => new SupervisedThread());
  }

  /** Whether all of them have said that they work. */
  get areWorking(): boolean {
    return this.#threads.every((thread) => thread.isWorking);
  }

  start(listener: (event: RolloutEvent) => void): void {
    for (const [i, thread] of this.#threads.entries()) {
      thread.start({
        module: new URL('../actors/rollout.ts', import.meta.url).href,
        prepare: () => ({ data: this.#data(`r${i}`), begin: (send) => this.#begin(send) }),
        isReady: (event) => event.type === 'ready',
        onEvent: (event) => {
          if (event.type === 'ready') this.#alerts.clear(`rollout-${i}`, 'actor-died');
          listener(event);
        },
        onDeath: (death) => this.#onDeath(i, death),
      });
    }
  }

  /** The newest policy, for these threads and those that follow. */
  publish(snapshot: PolicySnapshot): void {
    this.#snapshot = snapshot;
    for (const thread of this.#threads) thread.send({ type: 'snapshot', snapshot });
  }

  /** Asks one that works for a scene or a counterfactual. */
  ask(command: RolloutCommand): void {
    const working = this.#threads.find((thread) => thread.isWorking);
    (working ?? this.#threads[0])?.send(command);
  }

  /** That many steps more, shared by all. */
  credit(steps: number): void {
    if (this.#count === 0) return;
    for (const thread of this.#threads) thread.send({ type: 'credit', steps: steps / this.#count });
  }

  /** A learner that starts over has nothing to learn from: grants as many steps as at the very start. */
  restartCredit(): void {
    this.credit(FIRST_CREDIT);
  }

  /** Their threads have ended. */
  async gone(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.gone));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close({ type: 'close' }, 2000)));
  }

  #begin(send: (command: RolloutCommand) => void): void {
    if (this.#count > 0) send({ type: 'credit', steps: FIRST_CREDIT / this.#count });
    if (this.#snapshot) send({ type: 'snapshot', snapshot: this.#snapshot });
  }

  #onDeath(i: number, { reason, deaths, retryMs }: Death): 'restart' {
    this.#log.error({ actor: `r${i}`, reason, deaths, retryMs }, 'a rollout actor died');
    const words = { n: i, seconds: retryMs / 1000 };
    this.#alerts.raise(alertOf('rollout-{n}', words, `Rollout thread ${i} stopped: ${reason}`));
    return 'restart';
  }
}
