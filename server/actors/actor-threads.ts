/** Actors in threads of this process: always there, all with the newest policy; one of them answers requests. */
import type { PolicySnapshot } from '../../agent/contract.ts';
import { type Death, SupervisedThread } from '../threads/supervisor.ts';
import { CreditShares } from './credit-shares.ts';
import type { ActorLink, LinkedActor } from './link.ts';
import type { ActorThreadData, RolloutCommand, RolloutEvent } from './messages.ts';
import { OpenEpisodes } from './open-episodes.ts';

interface Actor {
  readonly name: string;
  readonly thread: SupervisedThread<RolloutCommand, RolloutEvent>;
  /** Told to the present thread. */
  granted: number;
  steps: number;
  policyVersion: number | undefined;
}

export interface ActorThreadsOptions {
  /** 0: one thread still draws scenes and rolls out counterfactuals, but does not act. */
  readonly count: number;
  /** Made anew for each thread. */
  data(actor: string): Omit<ActorThreadData, 'module'>;
  onWorking?(index: number): void;
  onDeath(index: number, death: Death): void;
}

export class ActorThreads implements ActorLink {
  readonly #options: ActorThreadsOptions;
  readonly #all: readonly Actor[];
  readonly #open = new OpenEpisodes();
  readonly #credit = new CreditShares((name, granted) => this.#grant(name, granted));
  #snapshot: PolicySnapshot | undefined;

  constructor(options: ActorThreadsOptions) {
    this.#options = options;
    this.#all = Array.from({ length: Math.max(1, options.count) }, (_, i) => ({
      name: `r${i}`,
      thread: new SupervisedThread(),
      granted: 0,
      steps: 0,
      policyVersion: undefined,
    }));
  }

  get count(): number {
    return this.#options.count;
  }

  get awaited(): number {
    return this.#credit.awaited;
  }

  get actors(): readonly LinkedActor[] {
    const working = this.#all.filter(({ thread }) => thread.isWorking).slice(0, this.count);
    return working.map(({ name, steps, policyVersion }) => ({ id: name, steps, policyVersion }));
  }

  /** Whether all of them have said that they work. */
  get areWorking(): boolean {
    return this.#all.every(({ thread }) => thread.isWorking);
  }

  start(listener: (event: RolloutEvent) => void): void {
    for (const [i, actor] of this.#all.entries()) {
      actor.thread.start({
        module: new URL('./rollout.ts', import.meta.url).href,
        prepare: () => ({
          data: this.#options.data(actor.name),
          begin: (send) => this.#begin(actor, send),
        }),
        isReady: (event) => event.type === 'ready',
        onEvent: (event) => {
          if (event.type === 'ready') this.#options.onWorking?.(i);
          if (event.type === 'chunk') this.#count(actor, event);
          listener(event);
        },
        onDeath: (death) => {
          this.#credit.leave(actor.name, true);
          for (const chunk of this.#open.leave(actor.name)) listener({ type: 'chunk', chunk });
          this.#options.onDeath(i, death);
          return 'restart';
        },
      });
    }
  }

  publish(snapshot: PolicySnapshot): void {
    this.#snapshot = snapshot;
    for (const { thread } of this.#all) thread.send({ type: 'snapshot', snapshot });
  }

  /** Asks one that works for a scene or a counterfactual. */
  ask(command: RolloutCommand): void {
    const working = this.#all.find(({ thread }) => thread.isWorking);
    (working ?? this.#all[0])?.thread.send(command);
  }

  credit(steps: number): void {
    this.#credit.add(steps);
  }

  async gone(): Promise<void> {
    await Promise.all(this.#all.map(({ thread }) => thread.gone));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ thread }) => thread.close({ type: 'close' }, 2000)));
  }

  #begin(actor: Actor, send: (command: RolloutCommand) => void): void {
    actor.granted = 0;
    actor.policyVersion = undefined;
    if (this.#snapshot) send({ type: 'snapshot', snapshot: this.#snapshot });
    if (this.count > 0) this.#credit.join(actor.name);
  }

  #grant(name: string, granted: number): void {
    const actor = this.#all.find((one) => one.name === name)!;
    actor.thread.send({ type: 'credit', steps: granted - actor.granted });
    actor.granted = granted;
  }

  #count(actor: Actor, { chunk }: Extract<RolloutEvent, { type: 'chunk' }>): void {
    const steps = chunk.to - chunk.from;
    actor.steps += steps;
    actor.policyVersion = chunk.policyVersions.at(-1);
    this.#credit.spent(actor.name, steps);
    this.#open.note(actor.name, chunk);
  }
}
