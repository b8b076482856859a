/**
 * Learning that starts from a policy that is there: its numbers are put into a learner's networks, so that
 * the learner does what the policy did until its first update.
 */
import type { BoxSpace } from '../../../sim/contract.ts';
import type { Layer, PolicySnapshot } from '../../contract.ts';
import { fromEnvironmentUnits, halfRange } from '../../nn/actions.ts';
import type { Mlp } from '../../nn/mlp.ts';
import { membersOf } from './ensemble-layers.ts';

/** Log of the noise before the tanh of a policy that comes without any: 0.1, as TD3 explores (Fujimoto et al. 2018). */
const LOG_NOISE = Math.log(0.1);

/**
 * For learners whose actions a tanh bounds. `nets` act by their mean, or are one. A network of 2 k outputs has
 * log standard deviations in the second half.
 * `mean`: of the networks' outputs before the tanh, or of those after it.
 * @throws RangeError naming what of the policy the learner cannot hold
 */
export function startSquashed(
  policy: PolicySnapshot,
  nets: readonly Mlp[],
  mean: 'before' | 'after' = 'before',
): void {
  const found = squashedMembers(policy);
  const { members } = found;
  if (members.length > 1 && (members.length !== nets.length || found.mean !== mean))
    throw new RangeError(
      `policy: is the mean of ${members.length} networks ${found.mean} their tanh, ` +
        `this learner has ${nets.length}; allowed one network, or the learner that made it`,
    );
  for (const [m, net] of nets.entries())
    write(net, withHead(members[m % members.length]!, policy, net.outputs));
}

/** For learners whose actions are clipped: a mean in [−1, 1] and log standard deviations beside it. @throws RangeError as above */
export function startClipped(
  policy: PolicySnapshot,
  net: Mlp,
  logStd: Float32Array,
  space: Pick<BoxSpace, 'low' | 'high'>,
): void {
  const layers = fromEnvironmentUnits(policy.layers, space);
  const [only, ...others] = membersOf(layers);
  if (policy.squash === 'tanh' || others.length > 0 || only!.at(-1)!.activation !== 'linear')
    throw new RangeError(
      'policy: its actions are squashed by tanh, this learner clips them; ' +
        'allowed presets of reins, sac, td3, bc, dagger, ppl and tamer, or a policy of ppo or coach',
    );
  write(net, withHead(layers, policy, net.outputs));
  if (policy.logStd instanceof Float32Array)
    logStd.set(policy.logStd.map((s, j) => s - Math.log(halfRange(space, j))));
}

export function notNormalised(): RangeError {
  return new RangeError(
    'learner.normaliseObservations: is false, the policy scales its observations; ' +
      'start from it with --set learner.normaliseObservations=true',
  );
}

/** For learners that take observations as they are. @throws RangeError for a policy that scales them */
export function expectPlainObservations(policy: PolicySnapshot): void {
  if (policy.normaliser)
    throw new RangeError(
      'policy: scales its observations, this learner takes them as they are; allowed a policy without a normaliser',
    );
}

/** Networks in front of the tanh, outputs linear. */
function squashedMembers(policy: PolicySnapshot) {
  if (policy.squash === 'tanh')
    return { members: membersOf(policy.layers), mean: 'before' } as const;
  const members = membersOf(fromEnvironmentUnits(policy.layers, policy.actionSpace));
  if (members[0]!.at(-1)!.activation !== 'tanh')
    throw new RangeError(
      'policy: its actions are clipped, this learner squashes them by tanh; ' +
        'allowed presets of ppo and coach, or a policy of sac, td3, bc, dagger, ppl or tamer',
    );
  const linear = members.map((layers) => [
    ...layers.slice(0, -1),
    { ...layers.at(-1)!, activation: 'linear' } as const,
  ]);
  return { members: linear, mean: 'after' } as const;
}

/** With a last layer of `outputs`: the means alone, or means and log standard deviations. */
function withHead(layers: readonly Layer[], policy: PolicySnapshot, outputs: number): Layer[] {
  const last = layers.at(-1)!;
  if (last.outputs === outputs) return [...layers];
  const k = policy.actionSpace.size;
  const weights = new Float32Array(last.inputs * outputs);
  const bias = new Float32Array(outputs).fill(LOG_NOISE);
  if (policy.logStd instanceof Float32Array && outputs > k) bias.set(policy.logStd, k);
  for (let i = 0; i < last.inputs; i++)
    weights.set(last.weights.subarray(i * last.outputs, i * last.outputs + k), i * outputs);
  bias.set(last.bias.subarray(0, k));
  return [...layers.slice(0, -1), { ...last, outputs, weights, bias }];
}

function write(net: Mlp, layers: readonly Layer[]): void {
  expectShape(net, layers);
  for (const [l, { weights, bias }] of layers.entries()) {
    const slot = net.slots[l]!;
    net.parameters.set(weights, slot.weights);
    net.parameters.set(bias, slot.bias);
  }
  net.changed();
}

function expectShape({ slots }: Mlp, layers: readonly Layer[]): void {
  const hidden = (of: readonly { outputs: number }[]) => of.slice(0, -1).map((l) => l.outputs);
  const [mine, given] = [hidden(slots), hidden(layers)];
  if (mine.join() !== given.join())
    throw new RangeError(
      `learner.hidden: is [${mine}], the policy has [${given}]; ` +
        `start from it with --set learner.hidden=${given.length > 1 ? given : `[${given}]`}`,
    );
  for (const [l, { inputs, outputs, activation }] of layers.entries()) {
    const slot = slots[l]!;
    if (inputs !== slot.inputs || outputs !== slot.outputs)
      throw new RangeError(
        `policy: its layer ${l} is ${inputs}x${outputs}, allowed ${slot.inputs}x${slot.outputs}`,
      );
    if (l < layers.length - 1 && activation !== slot.activation)
      throw new RangeError(
        `policy: has ${activation} between its layers, allowed for this learner ${slot.activation}`,
      );
  }
}
