/** Policies of Stable-Baselines3's zips: networks of its `MlpPolicy`. */
import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import type { Activation, Layer, PolicySnapshot } from '../agent/contract.ts';
import { UsageError } from '../experiments/errors.ts';
import { readTorch, type Tensor } from './torch-pickle.ts';

type ActionSpace = PolicySnapshot['actionSpace'];
type Weights = ReadonlyMap<string, Tensor>;

/** Where an algorithm keeps its actor: hidden layers, then the output. */
interface Family {
  /** Module whose numbered parts are layers and, between them, activations. */
  readonly hidden: string;
  /** Module of the output; absent: the last of `hidden`. */
  readonly output?: string;
  readonly squash: PolicySnapshot['squash'];
  readonly activation: Activation;
}

const FAMILIES: Readonly<Record<string, Family>> = {
  // PPO and A2C: a mean, clipped to the space.
  onPolicy: {
    hidden: 'mlp_extractor.policy_net',
    output: 'action_net',
    squash: 'none',
    activation: 'tanh',
  },
  sac: { hidden: 'actor.latent_pi', output: 'actor.mu', squash: 'tanh', activation: 'relu' },
  // TD3 and DDPG: the last layer's tanh is the squash.
  td3: { hidden: 'actor.mu', squash: 'tanh', activation: 'relu' },
};

const ACTIVATIONS: Readonly<Record<string, Activation>> = { Tanh: 'tanh', ReLU: 'relu' };

/**
 * Acts as `model.predict(observation, deterministic=True)` does. What VecNormalize does to observations is in a file of
 * its own, and not in it.
 * @throws UsageError for other policies and for spaces that do not fit.
 */
export function importSb3(
  path: string,
  observationSize: number,
  actionSpace: ActionSpace,
): PolicySnapshot {
  try {
    const files = unzipSync(readFileSync(path));
    const { 'policy.pth': weights, data } = files;
    if (!weights || !data) throw new RangeError('has no policy.pth or no data');
    return snapshotOf(readTorch(weights), strFromU8(data), observationSize, actionSpace);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `policy: ${path} is no policy of Stable-Baselines3 that reins reads (${why})`,
    );
  }
}

function snapshotOf(
  weights: Weights,
  data: string,
  observationSize: number,
  actionSpace: ActionSpace,
): PolicySnapshot {
  const family = familyOf(weights);
  const activation = activationOf(data) ?? family.activation;
  const numbers = layerNumbers(weights, family.hidden);
  const names = numbers.map((n) => `${family.hidden}.${n}`);
  if (family.output) names.push(family.output);
  const layers = names.map(
    (name, i): Layer => linear(weights, name, i < names.length - 1 ? activation : 'linear'),
  );
  const inputs = layers[0]!.inputs;
  const outputs = layers.at(-1)!.outputs;
  if (inputs !== observationSize || outputs !== actionSpace.size)
    throw new RangeError(
      `takes ${inputs} observations and gives ${outputs} actions, the environment has ${observationSize} and ${actionSpace.size}`,
    );
  const logStd = weights.get('log_std')?.values ?? 'deterministic';
  return { version: 0, layers, logStd, squash: family.squash, actionSpace };
}

function familyOf(weights: Weights): Family {
  for (const name of weights.keys())
    if (/^(features_extractor|actor\.features_extractor)\./.test(name))
      throw new RangeError(`has a features extractor (${name}), allowed MlpPolicy`);
  const found = Object.values(FAMILIES).find(({ hidden, output }) =>
    output ? weights.has(`${output}.weight`) : weights.has(`${hidden}.0.weight`),
  );
  if (!found) throw new RangeError('has no actor of PPO, A2C, SAC, TD3 or DDPG');
  return found;
}

/** As the zip's own description names it; undefined: the algorithm's default. */
function activationOf(data: string): Activation | undefined {
  const kwargs = (JSON.parse(data) as { policy_kwargs?: Record<string, unknown> }).policy_kwargs;
  const given = kwargs?.activation_fn;
  if (typeof given !== 'string') return undefined;
  const name = /\.(\w+)'>$/.exec(given)?.[1] ?? given;
  const known = ACTIVATIONS[name];
  if (!known) throw new RangeError(`has activation ${name}, allowed Tanh, ReLU`);
  return known;
}

function layerNumbers(weights: Weights, module: string): number[] {
  return [...weights.keys()]
    .filter((name) => name.startsWith(`${module}.`) && name.endsWith('.weight'))
    .map((name) => Number(name.slice(module.length + 1, -'.weight'.length)))
    .sort((a, b) => a - b);
}

/** Torch keeps (outputs, inputs), we (inputs, outputs). */
function linear(weights: Weights, name: string, activation: Activation): Layer {
  const weight = weights.get(`${name}.weight`);
  const bias = weights.get(`${name}.bias`);
  const [outputs, inputs, more] = weight?.shape ?? [];
  if (!weight || !bias || outputs === undefined || inputs === undefined || more !== undefined)
    throw new RangeError(`has no linear layer ${name}`);
  const turned = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) turned[i * outputs + o] = weight.values[o * inputs + i]!;
  return { inputs, outputs, activation, weights: turned, bias: bias.values };
}
