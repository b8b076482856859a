/**
 * The acting policy as a slow average of the learner's weights (Polyak & Juditsky 1992; Izmailov et al.
 * 2018): imitating policies of nearly the same loss drive very differently, their average less so.
 */
import type { PolicySnapshot } from '../contract.ts';
import type { SavedArrays } from '../nn/adam.ts';

export interface Averaging {
  /** Take the learner's current policy into account. */
  add(snapshot: PolicySnapshot): void;
  /** `snapshot` with averaged weights, once there are any. */
  apply(snapshot: PolicySnapshot): PolicySnapshot;
  save(into: SavedArrays, name: string): void;
  load(from: Readonly<Record<string, Float32Array>>, name: string): void;
}

/** `rate`: share by which the average moves per `add`; the first `add`s count alike. */
export function createAveraging(rate: number): Averaging {
  let average: Float32Array[] = [];
  let count = 0;

  const partsOf = (snapshot: PolicySnapshot) =>
    snapshot.layers.flatMap((layer) => [layer.weights, layer.bias]);
  /** A learner may change to a policy of another shape: nothing can be averaged over that. */
  const isOf = (parts: readonly Float32Array[]) =>
    parts.length === average.length && parts.every((part, p) => part.length === average[p]!.length);

  return {
    add(snapshot) {
      const parts = partsOf(snapshot);
      if (!isOf(parts)) {
        average = parts.map((part) => part.slice());
        count = 1;
        return;
      }
      count++;
      const move = Math.max(rate, 1 / count);
      for (const [p, part] of parts.entries()) {
        const into = average[p]!;
        for (let i = 0; i < into.length; i++) into[i]! += move * (part[i]! - into[i]!);
      }
    },
    apply(snapshot) {
      if (!isOf(partsOf(snapshot))) return snapshot;
      return {
        ...snapshot,
        layers: snapshot.layers.map((layer, l) => ({
          ...layer,
          weights: average[2 * l]!.slice(),
          bias: average[2 * l + 1]!.slice(),
        })),
      };
    },
    save(into, name) {
      into[`${name}/count`] = Float32Array.of(count);
      for (const [p, part] of average.entries()) into[`${name}/${p}`] = part.slice();
    },
    load(from, name) {
      count = from[`${name}/count`]?.[0] ?? 0;
      average = [];
      for (let p = 0; from[`${name}/${p}`]; p++) average.push(from[`${name}/${p}`]!.slice());
    },
  };
}
