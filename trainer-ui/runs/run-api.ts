/** What the server tells of runs (server/connection/run-routes.ts). */
import type {
  BegunRun,
  MetricsPoint,
  OpenRunList,
  RunWanted,
} from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';
import type { RunRow } from './run-row.ts';

interface Setting {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface SettingsSchema {
  readonly properties?: Readonly<Record<string, Setting>>;
}

export interface Forms {
  readonly environments: readonly {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly options: SettingsSchema;
    /** Names of options that are paths. */
    readonly pathOptions: readonly string[];
  }[];
  readonly presets: readonly {
    readonly id: string;
    readonly title: string;
    readonly paper: string;
    readonly description: string;
    readonly parts: readonly { name: string; doc: string; schema: SettingsSchema }[];
  }[];
}

const json = async <T>(response: Promise<Response>) => (await response).json() as Promise<T>;

export const listRuns = () => json<RunRow[]>(get('api/runs'));
export const metricsOf = (key: string) => json<MetricsPoint[]>(get(`api/runs/${key}/metrics`));
export const getForms = () => json<Forms>(get('api/forms'));
export const describeRun = (id: string, change: { name?: string; notes?: string }) =>
  post(`api/runs/${id}`, change);

export const listOpenRuns = () => json<OpenRunList>(get('api/open-runs'));
export const openRun = (id: string) => post(`api/open-runs/${id}`, {});
export const beginRun = (wanted: RunWanted) => json<BegunRun>(post('api/open-runs', wanted));
export const stopRun = (id: string) => post(`api/open-runs/${id}/stop`, {});

export const FILES = [
  ['metrics.csv', 'Figures (CSV)'],
  ['feedback.jsonl', 'Feedback (JSON Lines)'],
  ['config.json', 'Settings (JSON)'],
] as const;
