/** Supervised step on an MLP: the loss is given by its gradient with respect to the outputs. */
import type { Backend } from '../backend/backend.ts';
import type { Adam } from './adam.ts';
import type { Mlp } from './mlp.ts';
import type { LossGradient } from './mlp-graphs.ts';

/** One step of Adam on the gradients collected in `net`, which are then cleared. Returns their norm. */
export function descend(net: Mlp, adam: Adam, learningRate?: number): number {
  const norm = adam.step(net.parameters, net.gradients, learningRate);
  net.gradients.fill(0);
  net.changed();
  return norm;
}

/** Add the gradient of `loss` over `inputs` (n, d) to `net.gradients`; returns the loss. */
export function addLossGradient(
  backend: Backend,
  net: Mlp,
  inputs: Float32Array,
  n: number,
  loss: LossGradient,
): number {
  if (net.graphs) return net.graphs.addLossGradient(inputs, n, loss);
  let value = 0;
  backend.tf.tidy(() => {
    const pass = net.forward(backend.upload(inputs, [1, n, net.inputs]), n);
    const dOutputs = new Float32Array(n * net.outputs);
    value = loss(pass.output, dOutputs);
    net.backward(pass, dOutputs);
  });
  return value;
}

/** Outputs (n, m) for `inputs` (n, d); a fresh array. */
export function predict(backend: Backend, net: Mlp, inputs: Float32Array, n: number): Float32Array {
  if (net.graphs) return net.graphs.forward(inputs, n).slice();
  let output = new Float32Array(0);
  backend.tf.tidy(() => {
    output = net.forward(backend.upload(inputs, [1, n, net.inputs]), n)
      .output as Float32Array<ArrayBuffer>;
  });
  return output;
}
