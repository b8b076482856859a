import { once } from 'node:events';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { repositoryRoot } from '../../experiments/root.ts';
import { practiceOf } from '../../experiments/train/practice.ts';
import { isLoopback } from '../../server/connection/admission.ts';
import { KEEP_EPISODES, type QualityRules } from '../../server/contract.ts';
import { EVENT_TYPES, type EventType } from '../../server/events/events.ts';
import type { WebhookTarget } from '../../server/events/webhook.ts';
import type { Study } from '../../server/protocol/index.ts';
import { MOST_LIVE } from '../../server/protocol/version.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import {
  hostName,
  integer,
  number,
  pageOrigin,
  partSetting,
  port,
  seed,
  webTarget,
  words,
} from '../arguments.ts';
import { ensureUi, uiFolder } from '../build-ui.ts';
import { expectFree, listenError } from '../listen.ts';
import { type OidcFlags, oidcOf, oidcOptions } from '../oidc-options.ts';
import { neededToken, type Reach, reachWords } from '../reach.ts';
import { asThePolicy, stillPolicy } from '../still-policy.ts';
import { onInputEnd, stopOnSignal } from '../stop-on-signal.ts';
import { studyFile } from '../study-file.ts';
import { asTheRun } from './as-the-run.ts';
import { configOption } from './config-file.ts';
import { type NatsFlags, natsAddress, natsOptions } from './nats.ts';
import { findRun, inPlace, type RecordFlags, withRecord } from './runs.ts';
import { environmentFactory, environmentOptions, withExamples } from './shared.ts';

export interface ServeFlags extends NatsFlags, OidcFlags, RecordFlags {
  port: number;
  host: string;
  token?: string;
  allowHost: string[];
  allowOrigin: string[];
  data: string;
  env: string;
  option: EnvironmentOptions;
  preset: string;
  set: Record<string, Record<string, unknown>>;
  seed?: number;
  run?: string;
  practice?: boolean;
  rollouts: number;
  live: number;
  keepEpisodes: number;
  overlap: number;
  overlapShare: number;
  gold: number;
  repeats: number;
  triads: number;
  quiz: number;
  minView: number;
  automate?: number;
  automateAudit: number;
  study?: Study;
  webhook: string[];
  webhookSecret?: string;
  webhookTypes?: EventType[];
  watch: string[];
  trainings?: number;
  openRuns?: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  dev: boolean;
  page: boolean;
  endWithInput: boolean;
}

const EXAMPLES = [
  'reins serve',
  'reins serve --port 9000 --data ./my-run --seed 7',
  'reins serve --env half-cheetah --preset pebble',
  'reins serve --set queries.kind=rank',
  'reins serve --live 4',
  'reins serve --practice',
  'reins serve --run run-1a2b3c4d',
  'reins serve --database postgres://reins@localhost/reins',
  'reins serve --overlap 2 --overlap-share 0.3 --quiz 10 --gold 0.1 --repeats 0.05',
  'reins serve --automate 0.95 --automate-audit 0.05',
  'reins serve --study study.json',
  'reins serve --oidc-issuer https://login.example.org --oidc-client reins --oidc-admit annotator=groups=labellers',
  'reins serve --webhook https://lab.example.org/reins --webhook-secret "whsec_$(openssl rand -base64 32)"',
  'reins serve --nats nats://localhost:4222 --rollouts 0',
  'reins serve --nats nats://broker:4222 --nats-nkey nats/learner.nk --rollouts 0',
  'reins serve --host 0.0.0.0',
  'reins serve --allow-host lab.example.org --token "$(openssl rand -hex 16)"',
  'reins serve --policy data/policies/driving-reins-1.policy',
  'reins serve --config experiment.json --port 9000',
];

export function serveCommand(): Command {
  const command = new Command('serve').description('run the simulation, the learner and the page');
  runOptions(command)
    .option('--dev', 'serve the page through Vite, with hot reload', false)
    .action((flags: ServeFlags) => begin({ ...flags, page: true }, command));
  return withExamples(command, ...EXAMPLES);
}

export function learnerCommand(): Command {
  const command = new Command('learner').description(
    'as reins serve, without the page: for gateways, or for programs',
  );
  runOptions(command).action((flags: ServeFlags) =>
    begin({ ...flags, page: false, dev: false }, command),
  );
  return withExamples(
    command,
    'reins learner --nats nats://localhost:4222 --rollouts 0',
    'reins learner --nats nats://broker:4222 --nats-nkey nats/learner.nk --database postgres://reins@database/reins',
  );
}

async function begin(flags: ServeFlags, command: Command): Promise<void> {
  const named = await asNamed(flags, command);
  const { env, option } = named;
  const practice = flags.practice ? practiceOf(await environmentFactory(env)) : {};
  const asked = { ...named, option: { ...practice, ...option } };
  await serve(await asThePolicy(asked, command));
}

/** Which run, how it goes, and who may reach it. */
function runOptions(command: Command): Command {
  const plain = configOption(
    natsOptions(
      webhookOptions(oidcOptions(reachOptions(peopleOptions(environmentOptions(command))))),
    ),
  );
  return withRecord(plain.option('--data <folder>', 'database, episodes and checkpoints', './data'))
    .option('--preset <id>', 'learner, reward model and questions by name', 'reins')
    .option(
      '--set <part.name=value>',
      'change the preset (learner, reward, queries, scheduler, activation), repeatable',
      partSetting,
      {},
    )
    .option('--seed <n>', 'seed of a new run (default 1)', seed)
    .option(
      '--watch <folder>',
      'a data folder whose runs are listed too, as of a training that goes on there; repeatable',
      (folder: string, all: string[]) => [...all, folder],
      [],
    )
    .option(
      '--trainings <n>',
      'trainings that the page may have running at once (default 2; 0 where others can reach the server)',
      integer(0, 64),
    )
    .option(
      '--open-runs <n>',
      'other runs of the folder that the page may have open at once, each with its own simulation and learner (default 2; 0 where others can reach the server)',
      integer(0, 16),
    )
    .option('--run <id>', 'the run to go on with; default: the newest that is the same')
    .option(
      '--practice',
      'a new run of short episodes that begin anywhere, where the environment has them: more situations in the same minutes',
    )
    .option('--policy <file>', 'a finished policy drives, and nothing learns')
    .option('--rollouts <n>', 'free-running rollout threads', integer(0, 64), 1)
    .addOption(liveOption())
    .option(
      '--keep-episodes <n>',
      'episodes kept on disk, beside all that feedback refers to',
      integer(1, 1_000_000),
      KEEP_EPISODES,
    )
    .addOption(
      new Option('--log-level <level>', 'what goes to stderr')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option(
      '--end-with-input',
      'end in order when standard input closes: a program that starts a server takes it along, even when it is killed',
      false,
    );
}

/** How many simulations people see and drive. */
export function liveOption(): Option {
  return new Option('--live <n>', 'live simulations side by side, of which a page drives one')
    .argParser(integer(1, MOST_LIVE))
    .default(1);
}

/** Where the page is, and for whom. */
export function reachOptions(command: Command): Command {
  return command
    .option('--port <n>', 'port of the page; 0: any free one', port, 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--token <text>', 'asked of everybody; made where others can reach the host').env(
        'REINS_TOKEN',
      ),
    )
    .option(
      '--allow-host <name>',
      'a name by which a proxy passes requests on, repeatable',
      hostName,
      [],
    )
    .option(
      '--allow-origin <origin>',
      'pages from there may connect too, repeatable',
      pageOrigin,
      [],
    );
}

function peopleOptions(command: Command): Command {
  return command
    .option('--overlap <n>', 'people who are asked each question', integer(1, 9), 1)
    .option('--overlap-share <p>', 'share of the questions that so many are asked', number(0, 1), 1)
    .option('--gold <p>', 'share of the questions whose answer is known, hidden', number(0, 0.5), 0)
    .option(
      '--repeats <p>',
      'share of the questions that a person is asked again, sides swapped',
      number(0, 0.5),
      0,
    )
    .option(
      '--triads <p>',
      'share of the questions that compare clips of earlier ones, to see circles',
      number(0, 0.5),
      0,
    )
    .option('--quiz <n>', 'questions with a known answer to begin with', integer(0, 50), 0)
    .option(
      '--min-view <p>',
      'share of the clips that has to be seen before an answer',
      number(0, 1),
      0,
    )
    .option(
      '--automate <p>',
      'a model answers what it is sure of, once people’s held-out answers show that such a share is right, as in 0.95',
      number(0.5, 0.999),
    )
    .option(
      '--automate-audit <p>',
      'share of that which people are asked nevertheless, without being told',
      number(0.01, 1),
      0.05,
    )
    .option(
      '--study <file>',
      'instructions, a text to agree to, and tags for the people (JSON)',
      studyFile,
    );
}

function webhookOptions(command: Command): Command {
  return command
    .option('--webhook <url>', 'told what happens, signed; repeatable', webTarget, [])
    .addOption(
      new Option('--webhook-secret <text>', 'what they are signed with: whsec_ and base64').env(
        'REINS_WEBHOOK_SECRET',
      ),
    )
    .option(
      '--webhook-types <list>',
      'what they are told of, as in feedback.given,alert.raised; default: all',
      words(EVENT_TYPES),
    );
}

/** @throws UsageError where nothing could be signed */
function webhooksOf({ webhook, webhookSecret, webhookTypes }: ServeFlags): WebhookTarget[] {
  if (webhook.length > 0 && webhookSecret === undefined)
    throw new UsageError(
      'webhook-secret: is needed with --webhook, as in --webhook-secret "whsec_$(openssl rand -base64 32)"',
    );
  return webhook.map((url) => ({ url, secret: webhookSecret ?? '', types: webhookTypes }));
}

function rulesOf({ gold, repeats, triads, quiz, minView }: ServeFlags): QualityRules {
  return { gold, repeats, triads, quiz, minView };
}

/** With --run: what the run is made of, where nothing else is asked for. */
async function asNamed(flags: ServeFlags, command: Command): Promise<ServeFlags> {
  const { run: given } = flags;
  if (given === undefined) return flags;
  let adopted: ServeFlags = flags;
  await inPlace(flags, async (storage) => {
    adopted = { ...flags, ...asTheRun(await findRun(storage, given), command) };
  });
  return adopted;
}

/** Until a signal ends it. @param isWatched people only look on */
export async function serve(flags: ServeFlags, isWatched = false): Promise<void> {
  await environmentFactory(flags.env);
  await expectFree(flags);
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const uiDir = flags.page
    ? await ensureUi({ root: repositoryRoot, log })
    : uiFolder(repositoryRoot);
  const { stop } = stopOnSignal();
  // A signal to ourselves, so that there is one way to end.
  if (flags.endWithInput) onInputEnd(() => process.kill(process.pid, 'SIGTERM'));
  const reach = neededToken(flags.host, flags.token);
  const server = await start(flags, reach, uiDir, isWatched);
  const dev = flags.dev ? await startVite(server.url, reach, log) : undefined;
  process.stdout.write(`listening on ${server.url}\n`);
  for (const line of reachWords(server.url, reach)) log(line);
  if (!stop.aborted) await once(stop, 'abort');
  await dev?.close();
  await server.close();
}

async function start(flags: ServeFlags, { token }: Reach, uiDir: string, isWatched: boolean) {
  const { startServer } = await import('../../server/serve.ts'); // threads, storage, TensorFlow: not for --help
  try {
    const factory = await environmentFactory(flags.env);
    const { policy: policyFile, env, option } = flags;
    const policy = policyFile && (await stillPolicy(policyFile, env, option, isWatched));
    return await asUsage(async () =>
      startServer({
        host: flags.host,
        token,
        allowHosts: flags.allowHost,
        allowOrigins: flags.allowOrigin,
        port: flags.port,
        dataDir: flags.data,
        database: flags.database,
        blobs: flags.blobs,
        blobsEndpoint: flags.blobsEndpoint,
        environment: flags.env,
        environmentOptions: flags.option,
        environmentFiles: await factory.files?.(flags.option),
        pathOptions: factory.pathOptions,
        preset: flags.preset,
        overrides: flags.set,
        seed: flags.seed,
        runId: flags.run,
        ...(policy ? { policy, policyFile } : {}),
        rollouts: policy ? 0 : flags.rollouts,
        nats: natsAddress(flags),
        lives: flags.live,
        keepEpisodes: flags.keepEpisodes,
        overlap: { people: flags.overlap, share: flags.overlapShare },
        quality: rulesOf(flags),
        ...(flags.automate === undefined
          ? {}
          : { automation: { target: flags.automate, audit: flags.automateAudit } }),
        study: flags.study,
        oidc: oidcOf(flags),
        webhooks: webhooksOf(flags),
        watch: flags.watch,
        trainings: {
          most: isWatched ? 0 : (flags.trainings ?? usualMost(flags)),
          command: [process.execPath, join(repositoryRoot, 'bin/reins.mjs')],
        },
        openRuns: policy ? 0 : (flags.openRuns ?? usualMost(flags)),
        uiDir,
        logLevel: flags.logLevel,
      }),
    );
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, flags);
  }
}

/** Whoever may start a training or open a run may use this machine: nobody from elsewhere does unless that was said. */
function usualMost({ host, allowHost, allowOrigin }: ServeFlags): number {
  return isLoopback(host) && allowHost.length + allowOrigin.length === 0 ? 2 : 0;
}

/** Vite serves the sources and passes the rest on to the real server. */
async function startVite(url: string, { token }: Reach, log: (line: string) => void) {
  const { createServer } = await import('vite');
  const target = {
    target: url,
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  };
  const vite = await createServer({
    configFile: `${repositoryRoot}/vite.config.ts`,
    server: {
      proxy: {
        '/api': target,
        '/ws': { ...target, ws: true },
        '/runs': { ...target, ws: true },
      },
    },
  });
  await vite.listen();
  log(`page with hot reload on ${vite.resolvedUrls?.local[0] ?? 'the address Vite chose'}`);
  return vite;
}
