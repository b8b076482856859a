import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { examineFailures, examineTakeovers, type RiskOf } from '../../../agent/evaluation/risk.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(1, 1);
const HORIZON = 5;

function episode(id: string, length: number, change: Partial<Episode> = {}): Episode {
  return { ...syntheticEpisode(spec, length, createRandom(1), { id }), ...change };
}

/** Cost in these steps. */
function costs(length: number, ...steps: number[]): Float32Array {
  return Float32Array.from({ length }, (_, t) => (steps.includes(t) ? 1 : 0));
}

describe('an exam of risk', () => {
  it('[RISK-10] failures are asked for one horizon ahead, against steps with nothing within two', () => {
    const e = episode('e', 40, { costs: costs(40, 25) });
    const asked = new Map<number, number>();
    const risk: RiskOf = (_, t) => {
      asked.set(t, t);
      return t === 25 - (HORIZON - 1) ? 0.9 : 0.1;
    };
    const { auc, risky, calm, ece, rate } = examineFailures([e], risk, HORIZON);
    expect([auc, risky]).toEqual([1, 1]);
    // 0 to 15, and 26 to 35 whose horizon is known.
    expect(calm).toBe(16 + 10);
    expect(rate).toBeCloseTo(5 / 36, 10);
    expect(ece).toBeGreaterThan(0);
    expect(Math.max(...asked.keys())).toBe(35);
  });

  it('[RISK-10] a constant tells nothing, and is off by its distance from the rate', () => {
    const e = episode('e', 40, { costs: costs(40, 25) });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (p) => {
        const { auc, ece, rate } = examineFailures([e], () => p, HORIZON);
        expect(auc).toBe(0.5);
        expect(ece).toBeCloseTo(Math.abs(p - rate!), 6);
      }),
    );
  });

  it('[RISK-10] where nothing happens there is nothing to tell apart', () => {
    const { auc, risky, ece } = examineFailures([episode('e', 20)], () => 0, HORIZON);
    expect([auc, risky, ece]).toEqual([null, 0, 0]);
  });

  it('[RISK-10] a takeover was needed when its branch fails; stretches near any takeover are no example of calm', () => {
    const sources = new Uint8Array(60).fill(1, 30, 40);
    const e = episode('e', 60, { sources });
    const branch = episode('b', 10, { origin: 'counterfactual', costs: costs(10, 3) });
    const seen: number[] = [];
    const risk: RiskOf = (_, t) => {
      seen.push(t);
      return t === 30 ? 1 : 0;
    };
    const told = examineTakeovers([e], [{ episodeId: 'e', from: 30, branch }], risk, HORIZON, 2);
    // Calm: 0–5, …, 15–20 before it (20–25 would end within 7 of it), and four stretches after it.
    expect(told).toEqual({ auc: 1, risky: 1, calm: 4 + 4 });
    expect(seen.filter((t) => t > 22 && t < 40)).toEqual([26, 27, 28, 29, 30]);
    const needless = { episodeId: 'e', from: 30, branch: episode('b', 10) };
    expect(examineTakeovers([e], [needless], risk, HORIZON, 2).risky).toBe(0);
    const unknown = { episodeId: 'e', from: 30, branch: undefined };
    expect(examineTakeovers([e], [unknown], risk, HORIZON, 2).risky).toBe(0);
  });

  it('[RISK-10] a takeover right after another is told by its first step', () => {
    const e = episode('e', 20, { sources: new Uint8Array(20).fill(1, 0, 10) });
    const branch = episode('b', 10, { costs: costs(10, 0) });
    const told = examineTakeovers(
      [e],
      [{ episodeId: 'e', from: 0, branch }],
      () => 0.5,
      HORIZON,
      2,
    );
    expect(told).toEqual({ auc: 0.5, risky: 1, calm: 2 });
  });
});
