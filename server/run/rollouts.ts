/** The free-running actors in threads of this process, whose deaths people hear of. */
import { ActorThreads, type ActorThreadsOptions } from '../actors/actor-threads.ts';
import { alertOf } from '../protocol/index.ts';
import type { Log } from '../threads/log.ts';
import type { Alerts } from './alerts.ts';

export function createRollouts({
  log,
  alerts,
  ...options
}: Pick<ActorThreadsOptions, 'count' | 'data'> & {
  readonly log: Log;
  readonly alerts: Alerts;
}): ActorThreads {
  return new ActorThreads({
    ...options,
    onWorking: (i) => alerts.clear(`rollout-${i}`, 'actor-died'),
    onDeath(i, { reason, deaths, retryMs }) {
      log.error({ actor: `r${i}`, reason, deaths, retryMs }, 'a rollout actor died');
      const words = { n: i, seconds: retryMs / 1000 };
      alerts.raise(alertOf('rollout-{n}', words, `Rollout thread ${i} stopped: ${reason}`));
    },
  });
}
