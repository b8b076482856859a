/**
 * The weights that act, an exponential moving average of those that learn. Where a policy's own steps lead it to what it
 * saw little of, the last few gradient steps decide a good deal of how far it gets; an average does not waver with them
 * (Block et al. 2024, "Butterfly effects of SGD noise").
 */
import type { Layer } from '../../contract.ts';
import { restore } from '../../nn/adam.ts';
import type { Mlp } from '../../nn/mlp.ts';
import type { State } from './checkpoint.ts';

export interface MovingAverage {
  /** After each update of the network. */
  update(): void;
  /** The network's numbers were written, and the average begins there. */
  restart(): void;
  layers(): Layer[];
  readonly state: State;
}

/** @param decay of an update; less in the first ones, so that the first weights do not linger. 0: the network itself */
export function createMovingAverage(net: Mlp, decay: number): MovingAverage {
  const average = net.parameters.slice();
  let updates = 0;

  function update(): void {
    const keep = Math.min(decay, updates / (updates + 10));
    updates++;
    const { parameters } = net;
    for (let i = 0; i < average.length; i++)
      average[i] = parameters[i]! + keep * (average[i]! - parameters[i]!);
  }
  function restart(): void {
    average.set(net.parameters);
    updates = 0;
  }
  return {
    update,
    restart,
    layers: () => net.layers(average),
    state: {
      save(into, name) {
        into[name] = average.slice();
        return updates;
      },
      load(from, name, meta) {
        if (meta === undefined) return restart(); // of before there was an average
        restore(from, name, average);
        updates = meta as number;
      },
    },
  };
}
