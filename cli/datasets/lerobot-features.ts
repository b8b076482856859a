/** What a frame has in LeRobot's terms, as whole columns of an episode. */
import { type EnvironmentSpec, isPersons } from '../../agent/contract.ts';
import type { BoxSpace } from '../../sim/contract.ts';
import type { Numbers } from './lerobot-statistics.ts';
import type { FieldType } from './parquet-file.ts';
import { type Annotated, namesOf, SOURCES } from './source.ts';

export interface Feature {
  readonly dtype: 'float32' | 'float64' | 'int64' | 'bool' | 'string';
  /** Numbers per frame. With 1 the column holds plain values: LeRobot takes lists of one for something else. */
  readonly size: number;
  readonly names: readonly string[] | null;
  /** (frames, size) */
  values(a: Annotated, place: Place): Numbers | readonly string[];
}
export type Features = Readonly<Record<string, Feature>>;

export interface Place {
  readonly episode: number;
  /** Index of its first frame in the data set. */
  readonly from: number;
}

const FIELD_TYPES = {
  float32: 'FLOAT',
  float64: 'DOUBLE',
  int64: 'INT64',
  bool: 'BOOLEAN',
  string: 'STRING',
} as const satisfies Record<Feature['dtype'], FieldType>;

export function fieldType({ dtype, size }: Feature): FieldType {
  return size === 1 ? FIELD_TYPES[dtype] : `${FIELD_TYPES[dtype]}[]`;
}

/** As rows of the table. */
export function cellsOf(feature: Feature, values: Numbers | readonly string[]): unknown[] {
  const { dtype, size } = feature;
  if (size > 1) {
    const all = values as Float32Array;
    return Array.from({ length: all.length / size }, (_, t) => [
      ...all.subarray(t * size, (t + 1) * size),
    ]);
  }
  if (dtype === 'bool') return Array.from(values as Numbers, (v) => v === 1);
  return dtype === 'int64' ? Array.from(values as Numbers, BigInt) : Array.from<unknown>(values);
}

/** Names that LeRobot's rollouts and HIL-SERL know for takeovers; what nobody there has a name for is `reins.*`. */
export function featuresOf({
  observationSpace,
  actionSpace,
  controlDt,
}: EnvironmentSpec): Features {
  const intervention = scalar('bool', ({ episode }) =>
    episode.sources.map((source) => (isPersons(source) ? 1 : 0)),
  );
  return {
    'observation.state': vector(observationSpace, ({ episode: e }) =>
      e.observations.subarray(0, e.length * e.observationSize),
    ),
    action: vector(actionSpace, ({ episode }) => episode.actions),
    'next.reward': scalar('float32', ({ rewards }) => rewards),
    // A replay buffer of LeRobot's takes this for a terminal state, which a time limit is not.
    'next.done': scalar('bool', (a) => atEnd(a, a.episode.end === 'terminated')),
    'next.truncated': scalar('bool', (a) => atEnd(a, a.episode.end !== 'terminated')),
    'next.success': scalar('bool', ({ episode }) => episode.successes),
    intervention,
    'complementary_info.is_intervention': intervention,
    'complementary_info.cost': scalar('float32', ({ episode }) => episode.costs),
    'complementary_info.proposed_action': vector(
      actionSpace,
      ({ episode }) => episode.policyActions,
    ),
    'reins.source': scalar('string', ({ episode }) =>
      Array.from(episode.sources, (code) => SOURCES[code]!),
    ),
    'reins.driver': scalar('string', ({ drivers }) => drivers.map((id) => id ?? '')),
    'reins.policy_version': scalar('int64', ({ episode }) => episode.policyVersions),
    'reins.env_reward': scalar('float32', ({ episode }) => episode.envRewards),
    'reins.human_reward': scalar('float32', ({ humanRewards }) => humanRewards),
    'reins.time': scalar('float64', ({ episode, startTime }) =>
      Float64Array.from({ length: episode.length }, (_, t) => startTime + t * controlDt),
    ),
    timestamp: scalar('float32', ({ episode }) =>
      Float32Array.from({ length: episode.length }, (_, t) => t * controlDt),
    ),
    frame_index: scalar('int64', ({ episode }) => counting(episode.length, 0)),
    episode_index: scalar('int64', ({ episode }, place) =>
      new Float64Array(episode.length).fill(place.episode),
    ),
    index: scalar('int64', ({ episode }, place) => counting(episode.length, place.from)),
    task_index: scalar('int64', ({ episode }) => new Float64Array(episode.length)),
  };
}

function scalar(dtype: Feature['dtype'], values: Feature['values']): Feature {
  return { dtype, size: 1, names: null, values };
}

function vector(space: BoxSpace, values: Feature['values']): Feature {
  return { dtype: 'float32', size: space.size, names: namesOf(space), values };
}

function atEnd({ episode }: Annotated, yes: boolean): Uint8Array {
  const flags = new Uint8Array(episode.length);
  flags[episode.length - 1] = yes ? 1 : 0;
  return flags;
}

const counting = (length: number, from: number) =>
  Float64Array.from({ length }, (_, t) => from + t);
