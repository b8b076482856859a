/**
 * The learned noise of teachers and feedback types (rationality, side, lapse, tie margin, offsets, scales):
 * named scalars, made when first asked for, with their own Adam. Each has a Gaussian prior around its
 * first value, so that a teacher with three answers keeps it; the priors of teachers are hierarchical.
 */
export interface NoisePrior {
  readonly initial: number;
  /** Standard deviation of the prior around `initial`, or around what all of the family have in common. */
  readonly deviation: number;
  /**
   * Standard deviation of that around `initial`. A family are all names with one text before the last slash: the
   * teachers of one kind of answer. Alone in it, a teacher has the prior of both variances together. Absent: nothing.
   */
  readonly common?: number;
}

export interface Noise {
  /** Value of `name`; made with `prior` when unknown. */
  value(name: string, prior: NoisePrior): number;
  /** Add to its gradient (of the negative log-likelihood). */
  add(name: string, gradient: number): void;
  /** One Adam step on what was added, plus the priors divided by `labels`; clears the gradients. */
  step(learningRate: number, labels: number): void;
  /** Share of 'equal' among a teacher's comparisons, a third before there are any. */
  ties(teacherId: string): number;
  /** How many comparisons a teacher has answered, and how many of them with 'equal'; not saved. */
  count(teacherId: string, answers: number, equal: number): void;
  entries(): [string, number][];
  /** JSON, which keeps doubles exactly. */
  save(): Record<string, unknown>;
  load(meta: Readonly<Record<string, unknown>>): void;
}

interface Scalar {
  value: number;
  readonly prior: NoisePrior;
  gradient: number;
  m: number;
  v: number;
  t: number;
}

const familyOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

const BETA1 = 0.9;
const BETA2 = 0.99;

export function createNoise(): Noise {
  const scalars = new Map<string, Scalar>();
  const shares = new Map<string, number>();

  function make(prior: NoisePrior): Scalar {
    return { value: prior.initial, prior, gradient: 0, m: 0, v: 0, t: 0 };
  }

  /**
   * What each family has in common: its posterior mean given the values of those who answered. With one of them,
   * (v − c) / deviation² = (v − initial) / (deviation² + common²).
   */
  function centres(): Map<string, number> {
    const families = new Map<string, { sum: number; n: number; prior: NoisePrior }>();
    for (const [name, { value, prior, v }] of scalars) {
      if (prior.common === undefined || v === 0) continue; // nobody answered under that name
      const family = families.get(familyOf(name)) ?? { sum: 0, n: 0, prior };
      family.sum += value - prior.initial;
      family.n++;
      families.set(familyOf(name), family);
    }
    const found = new Map<string, number>();
    for (const [family, { sum, n, prior }] of families) {
      const weight = prior.deviation ** 2 / prior.common! ** 2;
      found.set(family, prior.initial + sum / (n + weight));
    }
    return found;
  }

  return {
    value(name, prior) {
      let scalar = scalars.get(name);
      if (!scalar) {
        scalar = make(prior);
        scalars.set(name, scalar);
      }
      return scalar.value;
    },
    add(name, gradient) {
      scalars.get(name)!.gradient += gradient;
    },
    step(learningRate, labels) {
      const common = centres();
      for (const [name, s] of scalars) {
        const centre = common.get(familyOf(name)) ?? s.prior.initial;
        const pull =
          s.v === 0 && s.gradient === 0 ? 0 : (s.value - centre) / s.prior.deviation ** 2;
        const g = s.gradient + pull / Math.max(1, labels);
        s.gradient = 0;
        s.t++;
        s.m = BETA1 * s.m + (1 - BETA1) * g;
        s.v = BETA2 * s.v + (1 - BETA2) * g * g;
        const mHat = s.m / (1 - BETA1 ** s.t);
        const vHat = s.v / (1 - BETA2 ** s.t);
        s.value -= (learningRate * mHat) / (Math.sqrt(vHat) + 1e-8);
      }
    },
    ties: (teacherId) => shares.get(teacherId) ?? 1 / 3,
    // Laplace's rule of succession over a, b and equal.
    count: (teacherId, answers, equal) => void shares.set(teacherId, (equal + 1) / (answers + 3)),
    entries: () => [...scalars].map(([name, s]) => [name, s.value]),
    save() {
      return {
        scalars: [...scalars].map(([name, s]) => ({
          name,
          value: s.value,
          ...s.prior,
          m: s.m,
          v: s.v,
          t: s.t,
        })),
      };
    },
    load(meta) {
      scalars.clear();
      const saved = meta.scalars as ({ name: string; value: number } & NoisePrior &
        Pick<Scalar, 'm' | 'v' | 't'>)[];
      for (const { name, value, initial, deviation, common, m, v, t } of saved) {
        const prior = { initial, deviation, ...(common === undefined ? {} : { common }) };
        scalars.set(name, { value, prior, gradient: 0, m, v, t });
      }
    },
  };
}
