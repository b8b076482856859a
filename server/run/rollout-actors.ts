/** The free-running actors of a run: always there, all with the newest policy, one of them to ask. */
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { ActorThreadData, RolloutCommand, RolloutEvent } from '../actors/messages.ts';
import { FIRST_CREDIT } from '../threads/credit.ts';
import type { Log } from '../threads/log.ts';
import { type Supervised, superviseThread } from '../threads/supervisor.ts';
import type { Alerts } from './alerts.ts';

export interface RunRollouts {
  /** All of them say that they work. */
  readonly areWorking: boolean;
  /** To all. */
  send(command: RolloutCommand): void;
  /** To one that works: scenes, counterfactuals. */
  ask(command: RolloutCommand): void;
  /** So many steps more. */
  credit(steps: number): void;
  /** A learner that starts over has nothing to learn from: as many steps as at the very start. */
  restartCredit(): void;
  close(): Promise<void>;
}

export function createRunRollouts(options: {
  /** 0: one thread still draws scenes and rolls out counterfactuals, but does not drive. */
  readonly count: number;
  readonly log: Log;
  readonly alerts: Alerts;
  data(actor: string): Omit<ActorThreadData, 'module'>;
  snapshot(): PolicySnapshot | undefined;
  onEvent(event: RolloutEvent): void;
}): RunRollouts {
  const { count, log, alerts } = options;
  const start = (i: number): Supervised<RolloutCommand> =>
    superviseThread<RolloutCommand, RolloutEvent>({
      module: new URL('../actors/rollout.ts', import.meta.url).href,
      data: () => options.data(`r${i}`),
      isReady: (event) => event.type === 'ready',
      onEvent(event) {
        if (event.type === 'ready') alerts.clear(`rollout-${i}`, 'actor-died');
        options.onEvent(event);
      },
      onStart(send) {
        if (count > 0) send({ type: 'credit', steps: FIRST_CREDIT / count });
        const snapshot = options.snapshot();
        if (snapshot) send({ type: 'snapshot', snapshot });
      },
      onDeath({ reason, deaths, retryMs }) {
        log.error({ actor: `r${i}`, reason, deaths, retryMs }, 'a rollout actor died');
        alerts.raise({
          id: `rollout-${i}`,
          severity: 'warning',
          code: 'actor-died',
          message: `Rollout thread ${i} stopped: ${reason}`,
          tip: `It is started again in ${retryMs / 1000} s; the live simulation goes on.`,
        });
      },
    });
  const threads = Array.from({ length: Math.max(1, count) }, (_, i) => start(i));
  const send = (command: RolloutCommand) => {
    for (const thread of threads) thread.send(command);
  };
  return {
    get areWorking() {
      return threads.every((t) => t.isWorking);
    },
    send,
    ask(command) {
      (threads.find((t) => t.isWorking) ?? threads[0]!).send(command);
    },
    credit(steps) {
      if (count > 0) send({ type: 'credit', steps: steps / count });
    },
    restartCredit() {
      if (count > 0) send({ type: 'credit', steps: FIRST_CREDIT / count });
    },
    async close() {
      await Promise.all(threads.map((t) => t.close({ type: 'close' }, 2000)));
    },
  };
}
