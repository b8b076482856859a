/** Finite differences against a network's hand-written gradient. */
import { expect } from 'vitest';
import type { Mlp } from '../../../agent/nn/mlp.ts';
import type { Random } from '../../../sim/random.ts';

/**
 * `addGradient` fills `net.gradients`; `loss` must be the same function of `net.parameters`. Random
 * directions rather than single weights: their slopes are large against float32 noise. Each
 * direction moves one layer-sized stretch, so that no layer hides behind another.
 */
export function expectGradient(
  net: Mlp,
  addGradient: () => void,
  loss: () => number,
  random: Random,
  options: { step?: number; tolerance?: number } = {},
): void {
  const { step = 1e-3, tolerance = 0.03 } = options;
  net.gradients.fill(0);
  addGradient();
  const gradient = net.gradients.slice();
  net.gradients.fill(0);
  const size = gradient.length;
  const start = net.parameters.slice();
  const stretches = 6;
  let norm = 0;
  for (const g of gradient) norm += g * g;
  expect(norm).toBeGreaterThan(0);
  for (let s = 0; s < stretches; s++) {
    const from = Math.floor((s * size) / stretches);
    const to = Math.floor(((s + 1) * size) / stretches);
    const direction = new Float32Array(size);
    let expected = 0;
    let length = 0;
    for (let i = from; i < to; i++) {
      // Along the gradient's sign with random sizes: the slope cannot cancel to nothing.
      direction[i] = (Math.sign(gradient[i]!) || 1) * random.uniform(0.2, 1);
      expected += direction[i]! * gradient[i]!;
      length += direction[i]! ** 2;
    }
    const at = (by: number) => {
      for (let i = 0; i < size; i++)
        net.parameters[i] = start[i]! + (by * direction[i]!) / Math.sqrt(length);
      net.changed();
      return loss();
    };
    const slope = (at(step) - at(-step)) / (2 * step);
    const analytic = expected / Math.sqrt(length);
    expect(Math.abs(slope - analytic)).toBeLessThan(2e-3 + tolerance * Math.abs(analytic));
  }
  net.parameters.set(start);
  net.changed();
  net.gradients.fill(0);
}
