/** RIME over an ensemble's labels: costs of comparisons under the members' mean, and verdicts on them. */
import type { Backend } from '../backend/backend.ts';
import { predict } from '../nn/fit.ts';
import { sigmoid } from '../nn/gaussian.ts';
import { type Comparison, type Datum, joined } from './dataset.ts';
import { preferenceNoise } from './likelihoods.ts';
import { type Member, rewardsOf } from './members.ts';
import type { Noise } from './noise.ts';
import { type InputScale, scaleRows } from './reference.ts';
import { partReturns } from './report.ts';
import { createDistrust, type RimeConfig, type SavedDistrust, type Verdict } from './rime.ts';

export interface EnsembleDistrust {
  /** Verdicts on every decisive comparison, under the live networks; rows have `width` columns. */
  judge(
    data: readonly Datum[],
    members: readonly Member[],
    width: number,
    scale: InputScale,
  ): ReadonlyMap<Datum, Verdict>;
  save(): SavedDistrust;
  load(saved: SavedDistrust): void;
}

/** Comparisons evaluated at once. */
const CHUNK = 64;

export function createDistrustOf(
  config: RimeConfig,
  backend: Backend,
  noise: Noise,
): EnsembleDistrust {
  const distrust = createDistrust(config);

  /** −ln of the mean over members of P(answer), nats, one per comparison. */
  function costs(
    data: readonly Comparison[],
    members: readonly Member[],
    width: number,
    scale: InputScale,
  ): number[] {
    const rows = joined(data);
    const n = rows.length / width;
    const inputs = new Float32Array(n * scale.mean.length);
    scaleRows(rows, 0, n, width, scale, inputs, 0);
    const likely = new Float64Array(data.length);
    for (const { live } of members) {
      const rewards = rewardsOf(live, predict(backend, live, inputs, n), n);
      let at = 0;
      for (const [i, datum] of data.entries()) {
        const S = partReturns(datum, rewards, at);
        at += datum.rows.length / width;
        const { beta } = preferenceNoise(datum, noise);
        const x = beta * datum.strength * (S[0]! - S[1]!);
        likely[i]! += sigmoid(datum.choice === 'a' ? x : -x) / members.length;
      }
    }
    return Array.from(likely, (p) => -Math.log(Math.max(1e-12, p)));
  }

  return {
    judge(data, members, width, scale) {
      const decisive = data.filter(
        (datum): datum is Comparison => datum.kind === 'preference' && datum.choice !== 'equal',
      );
      const all: number[] = [];
      for (let i = 0; i < decisive.length; i += CHUNK)
        all.push(...costs(decisive.slice(i, i + CHUNK), members, width, scale));
      const verdicts = distrust.judge(all);
      return new Map(decisive.map((datum, i) => [datum, verdicts[i]!]));
    },
    save: distrust.save,
    load: distrust.load,
  };
}
