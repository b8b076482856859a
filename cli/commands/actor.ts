import { Command, Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { integer } from '../arguments.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { type NatsFlags, natsAddress, natsOptions } from './nats.ts';
import { withExamples } from './shared.ts';

interface ActorFlags extends NatsFlags {
  run?: string;
  threads: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export function actorCommand(): Command {
  const command = new Command('actor').description(
    'act for the learner of a run on this or another machine, over NATS',
  );
  natsOptions(command)
    .option(
      '--run <id>',
      'the run that reins serve --nats trains; default: that of the one learner which is there, now or later',
    )
    .option('--threads <n>', 'threads that act', integer(1, 256), 1)
    .addOption(
      new Option('--log-level <level>', 'what goes to stderr')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .action(act);
  return withExamples(
    command,
    'reins actor --nats nats://localhost:4222',
    'reins actor --nats nats://localhost:4222 --run run-1a2b3c4d',
    'reins actor --nats nats://broker:4222 --nats-nkey nats/actor.nk --run run-1a2b3c4d --threads 16',
  );
}

async function act(flags: ActorFlags): Promise<void> {
  const address = natsAddress(flags);
  if (!address)
    throw new UsageError('nats: is missing, allowed nats://… of the server that serve --nats uses');
  const { stop } = stopOnSignal();
  const [{ runActor }, { createLog }] = await Promise.all([
    import('../../server/nats/actor.ts'),
    import('../../server/threads/log.ts'),
  ]);
  await asUsage(() =>
    runActor({
      ...address,
      runId: flags.run,
      threads: flags.threads,
      log: createLog(flags.logLevel),
      stop,
    }),
  );
}
