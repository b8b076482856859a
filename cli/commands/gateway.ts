import { once } from 'node:events';
import { Command, Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { repositoryRoot } from '../../experiments/root.ts';
import { port } from '../arguments.ts';
import { ensureUi } from '../build-ui.ts';
import { expectFree, listenError } from '../listen.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { type NatsFlags, natsAddress, natsOptions } from './nats.ts';
import { withExamples } from './shared.ts';

interface GatewayFlags extends NatsFlags {
  run?: string;
  port: number;
  host: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export function gatewayCommand(): Command {
  const command = new Command('gateway').description(
    'the page, and a way to the learner of a run over NATS; any number beside each other',
  );
  natsOptions(command)
    .option(
      '--run <id>',
      'the run that reins learner --nats has; default: that of the one learner which is there, now or later',
    )
    .option('--port <n>', 'port of the page; 0: any free one', port, 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--log-level <level>', 'what goes to stderr')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .action(pass);
  return withExamples(
    command,
    'reins gateway --nats nats://localhost:4222',
    'reins gateway --nats nats://localhost:4222 --port 8081 --run run-1a2b3c4d',
    'reins gateway --nats nats://broker:4222 --nats-nkey nats/gateway.nk --host 0.0.0.0',
  );
}

/** Until a signal ends it. */
async function pass(flags: GatewayFlags): Promise<void> {
  const address = natsAddress(flags);
  if (!address)
    throw new UsageError('nats: is missing, allowed nats://… of the server that the learner uses');
  await expectFree(flags);
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const uiDir = await ensureUi({ root: repositoryRoot, log });
  const { stop } = stopOnSignal();
  const [{ startGateway }, { createLog }] = await Promise.all([
    import('../../server/gateway/gateway.ts'),
    import('../../server/threads/log.ts'),
  ]);
  const { host, port, run: runId, logLevel } = flags;
  const options = { ...address, host, port, runId, uiDir, log: createLog(logLevel), stop };
  const gateway = await asUsage(() => startGateway(options)).catch((error) => {
    throw listenError(error, flags);
  });
  if (!gateway) return;
  process.stdout.write(`listening on ${gateway.url}\n`);
  if (!stop.aborted) await once(stop, 'abort');
  await gateway.close();
}
