/**
 * How episodes travel between threads: only the new steps, in arrays that are transferred, not
 * copied; put together again on the other side.
 */
import { type Episode, type EpisodeEnd, SOURCE_CODE } from '../contract.ts';

/** Steps [from, to) of an episode; `observations` holds one row more. No poses, no states. */
export interface EpisodeChunk {
  readonly id: string;
  readonly runId: string;
  readonly environmentId: string;
  readonly configHash: string;
  readonly seed: number;
  readonly startedAt: number;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly from: number;
  readonly to: number;
  readonly end: EpisodeEnd;
  readonly branchOf?: { readonly episodeId: string; readonly step: number };
  readonly summary: Readonly<Record<string, number>>;
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly policyActions: Float32Array;
  readonly sources: Uint8Array;
  readonly policyVersions: Uint32Array;
  readonly envRewards: Float32Array;
  readonly costs: Float32Array;
  readonly discounts: Float32Array;
  readonly successes: Uint8Array;
  readonly positions: Float32Array;
}

export function sliceEpisode(e: Episode, from: number, to: number): EpisodeChunk {
  const { observationSize: d, actionSize: k } = e;
  return {
    id: e.id,
    runId: e.runId,
    environmentId: e.environmentId,
    configHash: e.configHash,
    seed: e.seed,
    startedAt: e.startedAt,
    observationSize: d,
    actionSize: k,
    from,
    to,
    end: e.end,
    ...(e.branchOf ? { branchOf: e.branchOf } : {}),
    summary: { ...e.summary },
    observations: e.observations.slice(from * d, (to + 1) * d),
    actions: e.actions.slice(from * k, to * k),
    policyActions: e.policyActions.slice(from * k, to * k),
    sources: e.sources.slice(from, to),
    policyVersions: e.policyVersions.slice(from, to),
    envRewards: e.envRewards.slice(from, to),
    costs: e.costs.slice(from, to),
    discounts: e.discounts.slice(from, to),
    successes: e.successes.slice(from, to),
    positions: e.positions.slice(from * 3, (to + 1) * 3),
  };
}

/** Buffers of a chunk, for the transfer list. */
export function chunkBuffers(chunk: EpisodeChunk): ArrayBuffer[] {
  return Object.values(chunk)
    .filter((value) => ArrayBuffer.isView(value))
    .map((view) => (view as Float32Array).buffer as ArrayBuffer);
}

interface Growing {
  rows: number;
  columns: Pick<EpisodeChunk, ColumnName>;
}
type ColumnName =
  | 'observations'
  | 'actions'
  | 'policyActions'
  | 'sources'
  | 'policyVersions'
  | 'envRewards'
  | 'costs'
  | 'discounts'
  | 'successes'
  | 'positions';

/** Puts chunks together again. Episodes that ended are forgotten at once: their reader
 * keeps them. undefined: the beginning went to a thread that died. */
export function createAssembler(): { add(chunk: EpisodeChunk): Episode | undefined } {
  const open = new Map<string, Growing>();
  return {
    add(chunk) {
      let growing = open.get(chunk.id);
      if (!growing && chunk.from > 0) return undefined;
      if (!growing || chunk.to > growing.rows) {
        growing = widen(chunk, growing);
        open.set(chunk.id, growing);
      }
      const { columns } = growing;
      copyIn(chunk, columns);
      if (chunk.end !== 'open') open.delete(chunk.id);
      return asEpisode(chunk, columns);
    },
  };
}

function widen(chunk: EpisodeChunk, old: Growing | undefined): Growing {
  const rows = Math.max(256, 2 * (old?.rows ?? 0), chunk.to);
  const { observationSize: d, actionSize: k } = chunk;
  const columns: Growing['columns'] = {
    observations: new Float32Array((rows + 1) * d),
    actions: new Float32Array(rows * k),
    policyActions: new Float32Array(rows * k),
    sources: new Uint8Array(rows),
    policyVersions: new Uint32Array(rows),
    envRewards: new Float32Array(rows),
    costs: new Float32Array(rows),
    discounts: new Float32Array(rows),
    successes: new Uint8Array(rows),
    positions: new Float32Array((rows + 1) * 3),
  };
  if (old) for (const name of names(columns)) columns[name].set(old.columns[name]);
  return { rows, columns };
}

function names(columns: Growing['columns']): ColumnName[] {
  return Object.keys(columns) as ColumnName[];
}

/** Numbers per step of a column. */
function width(chunk: EpisodeChunk, name: ColumnName): number {
  if (name === 'observations') return chunk.observationSize;
  if (name === 'actions' || name === 'policyActions') return chunk.actionSize;
  return name === 'positions' ? 3 : 1;
}

function copyIn(chunk: EpisodeChunk, columns: Growing['columns']): void {
  for (const name of names(columns))
    columns[name].set(chunk[name], chunk.from * width(chunk, name));
}

function asEpisode(chunk: EpisodeChunk, columns: Growing['columns']): Episode {
  const n = chunk.to;
  const { from: _from, to: _to, ...head } = chunk;
  const view = <T extends Float32Array | Uint8Array | Uint32Array>(c: T, name: ColumnName): T => {
    const extra = name === 'observations' || name === 'positions' ? 1 : 0;
    return c.subarray(0, (n + extra) * width(chunk, name)) as T;
  };
  return {
    ...head,
    bodies: 0,
    length: n,
    observations: view(columns.observations, 'observations'),
    actions: view(columns.actions, 'actions'),
    policyActions: view(columns.policyActions, 'policyActions'),
    sources: view(columns.sources, 'sources'),
    policyVersions: view(columns.policyVersions, 'policyVersions'),
    envRewards: view(columns.envRewards, 'envRewards'),
    costs: view(columns.costs, 'costs'),
    discounts: view(columns.discounts, 'discounts'),
    successes: view(columns.successes, 'successes'),
    positions: view(columns.positions, 'positions'),
    poses: new Float32Array(0),
    states: [],
  };
}

/** Steps of an episode in which a person acted, wholly or in part. */
export function countHumanSteps(sources: Uint8Array): number {
  let n = 0;
  for (const source of sources) if (source !== SOURCE_CODE.policy) n++;
  return n;
}
