/** Gates of the point world (two observations, two actions) with a known answer. */
import type { GateSnapshot } from '../../../agent/contract.ts';

/** Asks where x + `shift` is positive; lets people hand back within `handBackBelow` of the policy. */
export function gateOnX(shift: number, handBackBelow = 0.01): GateSnapshot {
  return {
    kind: 'value',
    // Of (x, y, action): one linear layer that reads x.
    members: [
      [
        {
          inputs: 4,
          outputs: 1,
          activation: 'linear',
          weights: Float32Array.of(1, 0, 0, 0),
          bias: Float32Array.of(shift),
        },
      ],
    ],
    actionSpace: { low: Float32Array.of(-1, -1), high: Float32Array.of(1, 1), size: 2 },
    askAbove: 0,
    handBackBelow,
  };
}

export const ALWAYS = gateOnX(1e6);
export const NEVER = gateOnX(-1e6);
