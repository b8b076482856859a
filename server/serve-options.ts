/** All that a server can be started with. */
import type { EnvironmentOptions } from '../sim/contract.ts';
import type { AutomationRules, Overlap, QualityRules, StillPolicy } from './contract.ts';
import type { WebhookTarget } from './events/webhook.ts';
import type { BusOptions } from './nats/bus.ts';
import type { OidcOptions } from './people/oidc.ts';
import type { Study } from './protocol/index.ts';
import type { TrainingsOptions } from './trainings/trainings.ts';

export interface ServeOptions {
  readonly host: string;
  /** Asked of every client; needed where others can reach the host. 16 to 256 letters, digits and . _ ~ - */
  readonly token?: string | undefined;
  /** Names in `Host` besides those of loopback, for a server on loopback behind a proxy. */
  readonly allowHosts?: readonly string[];
  /** Origins of pages besides the server's own. */
  readonly allowOrigins?: readonly string[];
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** `postgres://…`: where everything is kept, instead of in the folder. */
  readonly database?: string | undefined;
  /** `s3://BUCKET/PREFIX` for episodes and checkpoints of a database, and where that is; see `Place`. */
  readonly blobs?: string | undefined;
  readonly blobsEndpoint?: string | undefined;
  readonly environment: string;
  readonly environmentOptions: EnvironmentOptions;
  /** Paths of the user's files that these options make the environment of: a run is their content. */
  readonly environmentFiles?: readonly string[] | undefined;
  /** Options that are paths, of which the spelling does not matter. */
  readonly pathOptions?: readonly string[] | undefined;
  readonly preset: string;
  /** `{learner, reward, queries, scheduler}`: changes to the preset. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Of a new run; absent: 1, or that of the run that goes on. */
  readonly seed?: number | undefined;
  /** The run that is to go on, by id or name; absent: the newest that is the same, or a new one. */
  readonly runId?: string | undefined;
  /** Free-running rollout threads. */
  readonly rollouts: number;
  /** `nats://…`: actors on other machines act for the run, too. */
  readonly nats?: BusOptions | undefined;
  /** Live simulations; one. */
  readonly lives?: number | undefined;
  /** Episodes kept on disk beside those that feedback names; 1000. */
  readonly keepEpisodes?: number;
  /** How many people are asked each query; one. */
  readonly overlap?: Overlap;
  /** How people's answers are watched; not at all. */
  readonly quality?: QualityRules;
  /** When a certified model answers in people's place; never. */
  readonly automation?: AutomationRules | undefined;
  /** Data folders of others, whose runs are listed too. */
  readonly watch?: readonly string[];
  /** Who is told what happens. */
  readonly webhooks?: readonly WebhookTarget[];
  /** A finished policy drives, and nothing learns; with the path of its file, whose content belongs to the run. */
  readonly policy?: StillPolicy | undefined;
  readonly policyFile?: string | undefined;
  /** Trainings that may be started from the page; absent: none. */
  readonly trainings?: Pick<TrainingsOptions, 'most' | 'command'> | undefined;
  /** Other runs that may be opened from the page at once; absent: none. */
  readonly openRuns?: number | undefined;
  /** What its people are told and asked to agree to. */
  readonly study?: Study | undefined;
  /** An identity provider where its people may sign in; then everybody signs in. */
  readonly oidc?: OidcOptions | undefined;
  readonly uiDir: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}
