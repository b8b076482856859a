/** Policies of every kind that there is, with made-up weights. */
import type { Activation, Layer, PolicySnapshot } from '../../agent/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { box } from '../../sim/spaces.ts';

export const D = 5;
export const K = 3;
export const SPACE = box([-2, 0, -1], [3, 0.5, 1]);

export const KINDS = ['tanh', 'relu and a normaliser', 'leaky-relu and noise of its own'] as const;
export type Kind = (typeof KINDS)[number];

export function oddPolicy(kind: Kind): PolicySnapshot {
  const random = createRandom(KINDS.indexOf(kind) + 1);
  const normals = (size: number, scale: number) =>
    Float32Array.from({ length: size }, () => scale * random.normal());
  const layer = (inputs: number, outputs: number, activation: Activation): Layer => ({
    ...{ inputs, outputs, activation },
    weights: normals(inputs * outputs, 0.3),
    bias: normals(outputs, 0.2),
  });
  const network = (activation: Activation, outputs: number) => [
    layer(D, 16, activation),
    layer(16, 16, activation),
    layer(16, outputs, 'linear'),
  ];
  const base = { version: 3, actionSpace: SPACE };
  switch (kind) {
    case 'tanh':
      return {
        ...{ ...base, layers: network('tanh', K), squash: 'none' },
        logStd: Float32Array.of(0.1, -0.5, 0),
      };
    case 'relu and a normaliser':
      return {
        ...{ ...base, layers: network('relu', K), squash: 'tanh', logStd: 'deterministic' },
        normaliser: { mean: normals(D, 1), invStd: normals(D, 1).map(Math.exp), clip: 5 },
      };
    case 'leaky-relu and noise of its own':
      return { ...base, layers: network('leaky-relu', 2 * K), squash: 'tanh', logStd: 'network' };
  }
}
