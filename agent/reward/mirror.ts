import type { BoxSpace, Mirror } from '../../sim/contract.ts';
import type { EnvironmentSpec } from '../contract.ts';

/** A reward model's row (observation, action in [−1, 1]) as a space with a mirror; undefined without one. */
export function rowMirror({
  observationSpace,
  actionSpace,
}: EnvironmentSpec): BoxSpace | undefined {
  const [o, a] = [observationSpace.mirror, actionSpace.mirror];
  if (!o || !a) return undefined;
  const d = observationSpace.size;
  const size = d + actionSpace.size;
  const mirror: Mirror = {
    from: Int32Array.of(...o.from, ...a.from.map((j) => d + j)),
    sign: Int8Array.of(...o.sign, ...a.sign),
  };
  const bounds = (side: 'low' | 'high', action: number) => {
    const out = new Float32Array(size).fill(action);
    out.set(observationSpace[side]);
    return out;
  };
  return { kind: 'box', size, low: bounds('low', -1), high: bounds('high', 1), mirror };
}
