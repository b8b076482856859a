/** A run as the server lists it (server/connection/run-routes.ts). */
import type { MetricsPoint } from '../../server/protocol/index.ts';

type Values = Readonly<Record<string, unknown>>;

export interface RunRow {
  readonly id: string;
  /** In addresses: runs of several folders may have one id. */
  readonly key: string;
  readonly name?: string;
  readonly notes?: string;
  readonly environmentId: string;
  readonly preset: string;
  readonly seed: number;
  /** ms since epoch. */
  readonly createdAt: number;
  readonly identity?: { readonly options: Values; readonly overrides: Values };
  readonly isServed: boolean;
  readonly answers: number;
  /** Newest figures. */
  readonly last: MetricsPoint | null;
  /** ms since epoch at which this page saw its steps grow; 0: it did not. */
  readonly grewAt?: number;
  /** Of a folder that is only looked into. */
  readonly folder?: string;
}
