/** The networks of a reward ensemble: each member learns on in one copy and answers from another. */
import { createRandom, type Random } from '../../sim/random.ts';
import type { Backend } from '../backend.ts';
import { createAdam } from '../nn/adam.ts';
import { createMlp, type Mlp } from '../nn/mlp.ts';
import type { RewardConfig } from './config.ts';

/** `mean` and `inverseStd` normalise the frozen copy's output, as of its version. */
export interface Member {
  readonly live: Mlp;
  readonly frozen: Mlp;
  readonly adam: ReturnType<typeof createAdam>;
  mean: number;
  inverseStd: number;
}

export function createMembers(
  backend: Backend,
  config: RewardConfig,
  width: number,
  random: Random,
): Member[] {
  const sizes = [width, ...config.hidden, 1];
  const net = (source: Random) =>
    createMlp(backend, { sizes, activation: 'leaky-relu', outputActivation: 'tanh' }, source);
  return Array.from({ length: config.members }, () => {
    const live = net(random);
    const frozen = net(createRandom(0));
    frozen.parameters.set(live.parameters);
    const adam = createAdam(live.parameters.length, { learningRate: config.learningRate });
    return { live, frozen, adam, mean: 0, inverseStd: 1 };
  });
}
