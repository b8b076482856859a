/** Q-networks on (observation, action) with slowly moving targets (Fujimoto et al. 2018's twins). */
import type { Random } from '../../sim/random.ts';
import type { Backend, Tensor } from '../backend/backend.ts';
import { type AdamConfig, polyak, restore, type SavedArrays } from './adam.ts';
import { descend } from './fit.ts';
import { createNetworkMemory } from './memory.ts';
import { createMlp, type Mlp } from './mlp.ts';
import type { MlpPass } from './mlp-backward.ts';
import { layout } from './mlp-layers.ts';

/** Targets have no gradients. */
const NONE = new Float32Array(0);

export interface CriticsConfig {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly hidden: readonly number[];
  /** Networks; the smallest of their values counts. */
  readonly count: number;
  readonly layerNorm: boolean;
  readonly adam: Partial<AdamConfig>;
}

export interface Critics {
  readonly nets: readonly Mlp[];
  readonly targets: readonly Mlp[];
  /** (observation, action) rows side by side, (1, n, d + k). Inside a `tidy`. */
  input(observations: Float32Array, actions: Float32Array, n: number): Tensor;
  forward(input: Tensor, n: number): MlpPass[];
  /** Smallest target value per row, out (n). Inside a `tidy`. */
  targetMin(input: Tensor, n: number, out: Float32Array): void;
  /**
   * Value per row into `values` (n), and its gradient with respect to the action into `gradient`
   * (n, k): the smallest of all networks', or the first network's (TD3). Networks' own gradients
   * stay untouched. Inside a `tidy`.
   */
  actionGradient(
    which: 'min' | 'first',
    input: Tensor,
    n: number,
    values: Float32Array,
    gradient: Float32Array,
  ): void;
  /** Adam on what was collected in every network's `gradients`. */
  descend(): void;
  updateTargets(tau: number): void;
  /** Start over from new random weights. */
  reset(random: Random): void;
  save(into: SavedArrays, name: string): void;
  load(from: Readonly<Record<string, Float32Array>>, name: string): void;
  dispose(): void;
}

export function createCritics(backend: Backend, config: CriticsConfig, random: Random): Critics {
  const { observationSize: d, actionSize: k, layerNorm } = config;
  const layers = { sizes: [d + k, ...config.hidden, 1], activation: 'relu', layerNorm } as const;
  const { size } = layout(layers);
  const memories = Array.from({ length: config.count }, () =>
    createNetworkMemory(size, config.adam, true),
  );
  const nets = memories.map((memory) => createMlp(backend, layers, random, memory));
  const targets = memories.map(({ target }) =>
    createMlp(backend, layers, random, { parameters: target, gradients: NONE }),
  );
  const adams = memories.map(({ adam }) => adam);
  let joined = new Float32Array(0);

  const critics: Critics = {
    nets,
    targets,
    input(observations, actions, n) {
      const width = d + k;
      if (joined.length < n * width) joined = new Float32Array(n * width);
      for (let i = 0; i < n; i++) {
        const row = i * width;
        const from = i * d;
        for (let j = 0; j < d; j++) joined[row + j] = observations[from + j]!;
        for (let j = 0; j < k; j++) joined[row + d + j] = actions[i * k + j]!;
      }
      return backend.upload(joined, [1, n, width]);
    },
    forward: (input, n) => nets.map((net) => net.forward(input, n)),
    targetMin(input, n, out) {
      out.fill(Number.POSITIVE_INFINITY);
      for (const target of targets) {
        const { output } = target.forward(input, n);
        for (let i = 0; i < n; i++) out[i] = Math.min(out[i]!, output[i]!);
      }
    },
    actionGradient(which, input, n, values, gradient) {
      const used = which === 'min' ? nets : nets.slice(0, 1);
      const passes = used.map((net) => net.forward(input, n));
      const chosen = new Uint8Array(n);
      for (let i = 0; i < n; i++) {
        for (let c = 1; c < passes.length; c++)
          if (passes[c]!.output[i]! < passes[chosen[i]!]!.output[i]!) chosen[i] = c;
        values[i] = passes[chosen[i]!]!.output[i]!;
      }
      gradient.fill(0);
      for (const [c, pass] of passes.entries()) {
        const dQ = Float32Array.from(chosen, (s) => (s === c ? 1 : 0));
        const part = nets[c]!.backward(pass, dQ, { parameters: false, inputs: [d, d + k] })!;
        for (let i = 0; i < part.length; i++) gradient[i]! += part[i]!;
      }
    },
    descend() {
      for (const [c, net] of nets.entries()) descend(net, adams[c]!);
    },
    updateTargets(tau) {
      for (const [c, target] of targets.entries()) {
        polyak(target.parameters, nets[c]!.parameters, tau, memories[c]!.simd);
        target.changed();
      }
    },
    reset(source) {
      for (const net of nets) net.initialise(source);
      for (const adam of adams) adam.reset();
      critics.updateTargets(1);
    },
    save(into, name) {
      for (const [c, net] of nets.entries()) {
        into[`${name}${c}`] = net.parameters.slice();
        into[`${name}${c}/target`] = targets[c]!.parameters.slice();
        adams[c]!.save(into, `${name}${c}/adam`);
      }
    },
    load(from, name) {
      for (const [c, net] of nets.entries()) {
        restore(from, `${name}${c}`, net.parameters);
        restore(from, `${name}${c}/target`, targets[c]!.parameters);
        adams[c]!.load(from, `${name}${c}/adam`);
        net.changed();
        targets[c]!.changed();
      }
    },
    dispose() {
      for (const net of [...nets, ...targets]) net.dispose();
    },
  };
  critics.updateTargets(1);
  return critics;
}
