/** SAC's entropy weight α, adapted so that the policy keeps its target entropy (Haarnoja et al. 2018, eq. 18). */
import { createAdam, type SavedArrays } from '../../nn/adam.ts';
import { numbers } from './checkpoint.ts';

export interface Temperature {
  readonly value: number;
  readonly logValue: Float32Array;
  readonly gradient: Float32Array;
  /** −log α · mean (log π + H̄); writes its gradient. */
  loss(meanLogProb: number): number;
  /** One step of Adam on it. */
  update(meanLogProb: number): void;
  save(into: SavedArrays, name: string): void;
  load(from: Readonly<Record<string, Float32Array>>, name: string): void;
}

/** `targetEntropy` H̄, nats. */
export function createTemperature(
  initial: number,
  learningRate: number,
  targetEntropy: number,
): Temperature {
  const logValue = Float32Array.of(Math.log(initial));
  const gradient = new Float32Array(1);
  const adam = createAdam(1, { learningRate });
  const temperature: Temperature = {
    get value() {
      return Math.exp(logValue[0]!);
    },
    logValue,
    gradient,
    loss(meanLogProb) {
      gradient[0] = -(meanLogProb + targetEntropy);
      return logValue[0]! * gradient[0];
    },
    update(meanLogProb) {
      temperature.loss(meanLogProb);
      adam.step(logValue, gradient);
    },
    ...numbers(logValue, adam),
  };
  return temperature;
}
