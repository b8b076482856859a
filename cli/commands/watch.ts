/** `reins watch FILE`: look at a policy as it drives. Nothing learns, nothing is kept, and so nobody takes over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { NO_RULES } from '../../server/contract.ts';
import { seed } from '../arguments.ts';
import { asThePolicy } from '../still-policy.ts';
import { liveOption, reachOptions, type ServeFlags, serve } from './serve.ts';
import { environmentOptions, withExamples } from './shared.ts';

/** Episodes to look back at. */
const KEPT = 50;

type WatchFlags = Pick<
  ServeFlags,
  | 'port'
  | 'host'
  | 'token'
  | 'allowHost'
  | 'allowOrigin'
  | 'env'
  | 'option'
  | 'seed'
  | 'live'
  | 'logLevel'
  | 'page'
>;

export function watchCommand(): Command {
  const command = new Command('watch').description(
    'look at a policy as it drives: nothing learns, nothing is kept',
  );
  command.argument('<file>', 'of reins train, expert or import policy');
  reachOptions(environmentOptions(command))
    .option('--seed <n>', 'seed of the episodes (default 1)', seed)
    .addOption(liveOption())
    .addOption(
      new Option('--log-level <level>', 'what goes to stderr')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('warn'),
    )
    .option('--no-page', 'API and sockets only: the page is neither built nor waited for')
    .action((file: string, flags: WatchFlags) => watch(file, flags, command));
  return withExamples(
    command,
    'reins watch data/policies/driving-reins-1.policy',
    'reins watch weights/driving.policy --map SCXTO --port 9000',
    'reins watch weights/driving.policy --live 6',
  );
}

/** In a folder that goes when it ends. */
async function watch(policy: string, flags: WatchFlags, command: Command): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'reins-watch-'));
  try {
    const all = {
      ...{ ...flags, policy, data, preset: '', set: {}, rollouts: 0, keepEpisodes: KEPT },
      ...{
        ...NO_RULES,
        overlap: 1,
        overlapShare: 1,
        automateAudit: 0,
        watch: [],
        webhook: [],
        oidcAdmit: [],
        oidcScope: '',
        dev: false,
        endWithInput: false,
      },
    };
    await serve(await asThePolicy(all, command), true);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
