/** What is published of a risk head: plain numbers, calibrated. */
import type { EnvironmentSpec, GateSnapshot, Layer, RiskSnapshot } from '../contract.ts';
import type { Mlp } from '../nn/mlp.ts';
import { CLIP, type InputScale } from '../reward/reference.ts';
import type { Calibration } from './measure.ts';

/** `parameters`: of every member, as they are published. */
export function snapshotOf(
  version: number,
  nets: readonly Mlp[],
  parameters: readonly Float32Array[],
  scale: InputScale,
  calibration: Calibration,
  { observationSpace: { size: d }, actionSpace }: EnvironmentSpec,
): RiskSnapshot {
  return {
    version,
    members: nets.map((net, m) => calibrated(layersOf(net, parameters[m]!), calibration)),
    normaliser: {
      mean: scale.mean.slice(0, d),
      invStd: scale.inverse.slice(0, d),
      clip: CLIP,
    },
    actionSpace,
  };
}

/** Squared differences of actions in [−1, 1] are at most 4. */
const ANY_DIFFERENCE = 5;

/**
 * Asks for a person above a risk and lets them hand back below half of it, whatever they do meanwhile. undefined: at 1
 * nothing is ever asked.
 */
export function riskGate(risk: RiskSnapshot, askAbove: number): GateSnapshot | undefined {
  if (askAbove >= 1) return undefined;
  const { members, normaliser, actionSpace } = risk;
  return {
    kind: 'value',
    members,
    ...(normaliser ? { normaliser } : {}),
    actionSpace,
    askAbove: logit(askAbove),
    handBackBelow: ANY_DIFFERENCE,
    calmBelow: logit(askAbove / 2),
  };
}

/** Finite at 0: it goes to other machines as JSON. */
function logit(p: number): number {
  return p <= 0 ? -Number.MAX_VALUE : Math.log(p / (1 - p));
}

function layersOf(net: Mlp, parameters: Float32Array): Layer[] {
  return net.slots.map(({ inputs, outputs, activation, weights, bias }) => ({
    inputs,
    outputs,
    activation,
    weights: parameters.slice(weights, bias),
    bias: parameters.slice(bias, bias + outputs),
  }));
}

/** Layers whose output is a · x + b. */
function calibrated(layers: readonly Layer[], { a, b }: Calibration): Layer[] {
  return layers.map((layer, l) =>
    l < layers.length - 1
      ? layer
      : {
          ...layer,
          weights: layer.weights.map((w) => a * w),
          bias: layer.bias.map((x) => a * x + b),
        },
  );
}
