/**
 * Kernels of native TensorFlow, called by their names in TensorFlow: its gradients are not part of
 * TensorFlow.js, and a fused call of TensorFlow.js is three there, with its checks between.
 */
import type { Activation } from '../contract.ts';

/**
 * Gradients of a layer h = f(z), z = x · w + bias. Shapes: dh, h, dz (1, n, m), x (1, n, k), w (1, k, m).
 */
export interface GradientKernels<Tensor> {
  /** dz = dh ⊙ f'(z), from the activation's output h. */
  activation(kind: Activation, dh: Tensor, h: Tensor, leakySlope: number): Tensor;
  /** xᵀ · dz, (1, k, m). */
  weights(x: Tensor, dz: Tensor): Tensor;
  /** Σ over rows of dz, (m). */
  bias(dz: Tensor): Tensor;
  /** dz · wᵀ, (1, n, k). */
  inputs(dz: Tensor, w: Tensor): Tensor;
}

export interface NativeKernels<Tensor> {
  readonly gradients: GradientKernels<Tensor>;
  /** activation(a · b + bias). */
  matMul(
    a: Tensor,
    b: Tensor,
    bias: Tensor | undefined,
    activation: 'linear' | 'relu' | 'leakyrelu',
    leakySlope: number,
  ): Tensor;
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number;
}

/** The part of @tensorflow/tfjs-node's backend that runs an operation of TensorFlow by its name. */
export interface NativeRunner<Tensor> {
  readonly binding: { readonly TF_ATTR_BOOL: number; readonly TF_ATTR_FLOAT: number };
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: Tensor[]): Tensor;
}

export function createNativeKernels<Tensor>(runner: NativeRunner<Tensor>): NativeKernels<Tensor> {
  const { TF_ATTR_BOOL, TF_ATTR_FLOAT } = runner.binding;
  const none: Attribute[] = [];
  const run = (name: string, inputs: Tensor[], attributes: readonly Attribute[] = none) =>
    runner.executeSingleOutput(name, attributes, inputs);
  const transposing = (x: boolean, y: boolean): Attribute[] => [
    { name: 'adj_x', type: TF_ATTR_BOOL, value: x },
    { name: 'adj_y', type: TF_ATTR_BOOL, value: y },
  ];
  const plain = transposing(false, false);
  const first = transposing(true, false);
  const second = transposing(false, true);
  const slope = (value: number) => [{ name: 'alpha', type: TF_ATTR_FLOAT, value }];

  return {
    gradients: {
      activation(kind, dh, h, leakySlope) {
        switch (kind) {
          case 'linear':
            return dh;
          case 'relu':
            return run('ReluGrad', [dh, h]);
          case 'leaky-relu':
            return run('LeakyReluGrad', [dh, h], slope(leakySlope));
          case 'tanh':
            return run('TanhGrad', [h, dh]);
        }
      },
      weights: (x, dz) => run('BatchMatMulV2', [x, dz], first),
      bias: (dz) => run('BiasAddGrad', [dz]),
      inputs: (dz, w) => run('BatchMatMulV2', [dz, w], second),
    },
    matMul(a, b, bias, activation, leakySlope) {
      let z = run('BatchMatMulV2', [a, b], plain);
      if (bias) z = run('BiasAdd', [z, bias]);
      switch (activation) {
        case 'linear':
          return z;
        case 'relu':
          return run('Relu', [z]);
        case 'leakyrelu':
          return run('LeakyRelu', [z], slope(leakySlope));
      }
    },
  };
}
