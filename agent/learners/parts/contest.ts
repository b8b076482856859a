/**
 * Which of several policies predicts people better, on steps that none has learned from yet (prequential evaluation,
 * Dawid 1984): the squared distance of what each would have done from what the person did.
 */
import { createRandom } from '../../../sim/random.ts';
import { createPolicy } from '../../acting/policy.ts';
import {
  type EnvironmentSpec,
  type Episode,
  type PolicySnapshot,
  SOURCE_CODE,
} from '../../contract.ts';
import { scaleActions } from '../../nn/actions.ts';

export interface Contest {
  /** Judges all `contestants` by people's steps among [from, to), which must be new to them. */
  judge(
    episode: Episode,
    from: number,
    to: number,
    contestants: Readonly<Record<string, () => PolicySnapshot>>,
  ): void;
  /** Who of the two has been nearer to people; undefined without evidence. */
  ahead<A extends string, B extends string>(a: A, b: B): A | B | undefined;
  save(): Record<string, number>;
  load(saved: Readonly<Record<string, number>>): void;
}

/** Steps of people that the verdict remembers: policies change. */
const MEMORY = 200;

export function createContest({ actionSpace }: EnvironmentSpec): Contest {
  /** Mean squared distance per axis, actions in [−1, 1]. */
  const distances = new Map<string, number>();
  const k = actionSpace.size;
  const [own, shown] = [new Float32Array(k), new Float32Array(k)];

  return {
    judge(episode, from, to, contestants) {
      const steps: number[] = [];
      for (let t = from; t < to; t++) if (episode.sources[t] === SOURCE_CODE.human) steps.push(t);
      if (steps.length === 0) return;
      const { observations, actions, observationSize: d } = episode;
      for (const [name, snapshot] of Object.entries(contestants)) {
        const policy = createPolicy(snapshot(), createRandom(0));
        let sum = 0;
        for (const t of steps) {
          policy.act(observations.subarray(t * d, (t + 1) * d), own, 'mean');
          scaleActions(actionSpace, own, 1, own);
          scaleActions(actionSpace, actions.subarray(t * k, (t + 1) * k), 1, shown);
          for (let j = 0; j < k; j++) sum += (own[j]! - shown[j]!) ** 2;
        }
        const distance = sum / (k * steps.length);
        const before = distances.get(name) ?? distance;
        const kept = Math.exp(-steps.length / MEMORY);
        distances.set(name, kept * before + (1 - kept) * distance);
      }
    },
    ahead(a, b) {
      const [ofA, ofB] = [distances.get(a), distances.get(b)];
      if (ofA === undefined || ofB === undefined) return undefined;
      return ofA > ofB ? b : a;
    },
    save: () => Object.fromEntries(distances),
    load(saved) {
      distances.clear();
      for (const [name, distance] of Object.entries(saved)) distances.set(name, distance);
    },
  };
}
