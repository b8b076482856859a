/**
 * Several copies of an environment, stepped together: what a program in another language is served. Rows
 * are copies, in arrays of fixed places, so that a whole batch travels as one message.
 *
 * Request: `seeds` float64 (n), `actions` float32 (n × k), `operations` uint8 (n). Answer: `numbers`
 * float64 (n × columns), `observations` float32 (n × o), `flags` uint8 (n × 4): terminated, truncated,
 * success, and 1 + the index of the end's reason (0: none). Little-endian, one after the other in this order.
 */
import type { Environment, EnvironmentFactory, TimeStep } from '../../sim/contract.ts';

/** What is done to a row. The row of one that is left keeps its numbers. */
export const OPERATION = { leave: 0, step: 1, reset: 2 } as const;
const FLAGS = 4;
/** Bytes of the status. */
const STATUS = 4;

/** Everything that the other side must know before the first batch. */
export interface BatchDescription {
  readonly protocol: 1;
  readonly env: string;
  readonly title: string;
  readonly count: number;
  readonly observation: BoxBounds;
  readonly action: BoxBounds;
  /** s */
  readonly controlDt: number;
  readonly horizon: number;
  /** Columns of `numbers`: reward, cost, then these. */
  readonly rewardTerms: readonly string[];
  readonly metrics: readonly string[];
  readonly endReasons: readonly string[];
  readonly trainSeeds: EnvironmentFactory['trainSeeds'];
  readonly evalSeeds: EnvironmentFactory['evalSeeds'];
}

interface BoxBounds {
  /** null stands for an end that is not bounded. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly names: readonly string[] | null;
}

export class Batch {
  readonly description: BatchDescription;
  /** To be filled with a request. */
  readonly request: Uint8Array;
  /** The answer to it, after `run`: a status of 0 (uint32), and the batch. */
  readonly answer: Uint8Array;
  readonly #environments: readonly Environment[];
  readonly #seeds: Float64Array;
  readonly #actions: readonly Float32Array[];
  readonly #operations: Uint8Array;
  readonly #numbers: Float64Array;
  readonly #observations: Float32Array;
  readonly #flags: Uint8Array;

  /** `environments`: at least one, all of the same options. */
  constructor(factory: EnvironmentFactory, environments: readonly Environment[]) {
    const first = environments[0]!;
    const n = environments.length;
    const k = first.actionSpace.size;
    const o = first.observationSpace.size;
    this.#environments = environments;
    this.description = describe(factory, first, n);
    const { rewardTerms, metrics } = this.description;
    const columns = 2 + rewardTerms.length + metrics.length;

    const request = new ArrayBuffer(n * (8 + 4 * k + 1));
    this.request = new Uint8Array(request);
    this.#seeds = new Float64Array(request, 0, n);
    this.#actions = environments.map((_, i) => new Float32Array(request, n * 8 + i * k * 4, k));
    this.#operations = new Uint8Array(request, n * (8 + 4 * k), n);

    // The status lies before the numbers, which start at a multiple of eight: one message, one waking of the reader.
    const start = 8;
    const answer = new ArrayBuffer(start + n * (8 * columns + 4 * o + FLAGS));
    this.answer = new Uint8Array(answer, start - STATUS);
    this.#numbers = new Float64Array(answer, start, n * columns);
    this.#observations = new Float32Array(answer, start + n * columns * 8, n * o);
    this.#flags = new Uint8Array(answer, start + n * (columns * 8 + o * 4), n * FLAGS);
  }

  /** Does what `request` says. @throws Error naming the row where an environment refuses. */
  run(): void {
    for (let i = 0; i < this.#environments.length; i++) {
      const env = this.#environments[i]!;
      try {
        if (this.#operations[i] === OPERATION.step) this.#write(i, env.step(this.#actions[i]!));
        else if (this.#operations[i] === OPERATION.reset)
          this.#write(i, env.reset(this.#seeds[i]!));
      } catch (error) {
        throw new Error(`environment ${i}: ${(error as Error).message}`);
      }
    }
  }

  #write(i: number, ts: TimeStep): void {
    const { info } = ts;
    const { rewardTerms, metrics, endReasons } = this.description;
    const columns = 2 + rewardTerms.length + metrics.length;
    let at = i * columns;
    const numbers = this.#numbers;
    numbers[at++] = ts.reward;
    numbers[at++] = info.cost;
    for (const name of rewardTerms) numbers[at++] = info.rewardTerms[name]!;
    for (const name of metrics) numbers[at++] = info.metrics[name]!;
    this.#observations.set(ts.observation, i * ts.observation.length);
    const isLast = ts.kind === 'last';
    const flags = this.#flags;
    flags[i * FLAGS] = isLast && ts.discount === 0 ? 1 : 0;
    flags[i * FLAGS + 1] = isLast && ts.discount !== 0 ? 1 : 0;
    flags[i * FLAGS + 2] = info.success ? 1 : 0;
    flags[i * FLAGS + 3] = 1 + endReasons.indexOf(info.endReason);
  }
}

function describe(factory: EnvironmentFactory, env: Environment, count: number): BatchDescription {
  const { trainSeeds, evalSeeds, title, horizon } = { ...factory, ...env.info };
  const { info } = env.reset(trainSeeds.start);
  return {
    protocol: 1,
    env: env.id,
    title,
    count,
    observation: bounds(env.observationSpace),
    action: bounds(env.actionSpace),
    controlDt: env.controlDt,
    horizon,
    rewardTerms: Object.keys(info.rewardTerms),
    metrics: Object.keys(info.metrics),
    endReasons: env.endReasons.map(({ id }) => id),
    trainSeeds,
    evalSeeds,
  };
}

function bounds({ low, high, names }: Environment['observationSpace']): BoxBounds {
  const finite = (x: number) => (Number.isFinite(x) ? x : null);
  return { low: Array.from(low, finite), high: Array.from(high, finite), names: names ?? null };
}
