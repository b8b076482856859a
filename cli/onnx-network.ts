/** Layers as they are read one operation after another, and the policy that they are in the end. */
import type { Activation, PolicySnapshot } from '../agent/contract.ts';

interface Linear {
  readonly inputs: number;
  readonly outputs: number;
  /** (inputs, outputs) */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

interface Building extends Linear {
  activation: Activation;
}

/** Largest float32: a bound that no number reaches. */
const NO_CLIP = 3.4028234663852886e38;
/** Of bounds, relative: they were rounded to float32 on the way. */
const SAME = 1e-5;

export class OnnxNetwork {
  /** Numbers at this point. */
  width: number;
  readonly #layers: Building[] = [];
  #normaliser: PolicySnapshot['normaliser'];
  /** y = scale · x + shift waits to be part of a layer. */
  #scale: Float64Array;
  #shift: Float64Array;
  /** Where what comes out is clipped, and nothing may follow but a scale. */
  #clamped: { low: Float64Array; high: Float64Array } | undefined;

  constructor(width: number) {
    this.width = width;
    this.#scale = new Float64Array(width).fill(1);
    this.#shift = new Float64Array(width);
  }

  /** @throws RangeError where sizes do not fit. */
  multiply(matrix: Linear): void {
    this.#expectUnclamped();
    if (matrix.inputs !== this.width)
      throw new RangeError(`has a layer of ${matrix.inputs} inputs behind ${this.width} numbers`);
    if (this.#layers.length === 0) this.#normalise(NO_CLIP);
    const { inputs, outputs } = matrix;
    const weights = matrix.weights.slice();
    const bias = matrix.bias.slice();
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < outputs; j++) {
        bias[j]! += this.#shift[i]! * weights[i * outputs + j]!;
        weights[i * outputs + j]! *= this.#scale[i]!;
      }
    this.#push({ inputs, outputs, weights, bias });
  }

  affine(scale: Float64Array, shift: Float64Array): void {
    const move = (x: Float64Array) => x.map((v, i) => v * scale[i]! + shift[i]!);
    this.#shift = move(this.#shift);
    this.#scale = this.#scale.map((v, i) => v * scale[i]!);
    if (!this.#clamped) return;
    const [a, b] = [move(this.#clamped.low), move(this.#clamped.high)];
    const pick = (of: typeof Math.min) => a.map((v, i) => of(v, b[i]!));
    this.#clamped = { low: pick(Math.min), high: pick(Math.max) };
  }

  activate(activation: Activation): void {
    this.#expectUnclamped();
    this.#settle();
    const last = this.#layers.at(-1);
    if (last?.activation === 'linear') last.activation = activation;
    else this.#push(diagonal(this.#scale, this.#shift), activation);
  }

  clamp(low: Float64Array | number, high: Float64Array | number): void {
    const each = (bound: Float64Array | number) =>
      typeof bound === 'number' ? new Float64Array(this.width).fill(bound) : bound;
    const now = this.#clamped ?? {
      low: each(Number.NEGATIVE_INFINITY),
      high: each(Number.POSITIVE_INFINITY),
    };
    const [least, most] = [each(low), each(high)];
    const next = {
      low: now.low.map((v, i) => Math.max(v, least[i]!)),
      high: now.high.map((v, i) => Math.min(v, most[i]!)),
    };
    const bound = next.high[0]!;
    const isEven = next.high.every((v, i) => v === bound && next.low[i] === -bound);
    // Clipped observations, once both sides are known.
    if (this.#layers.length === 0 && !this.#normaliser && isEven && Number.isFinite(bound)) {
      this.#normalise(bound);
      if (!this.#normaliser) throw new RangeError('scales observations by 0 before it clips them');
      this.#clamped = undefined;
    } else this.#clamped = next;
  }

  /** Columns [from, to). */
  take(from: number, to: number): void {
    this.#settle(true);
    const last = this.#layers.at(-1);
    if (!last || this.#clamped || !(to > from))
      throw new RangeError(`takes columns ${from} to ${to} of ${this.width}, allowed of a layer`);
    const { inputs, outputs, weights, bias, activation } = last;
    const wanted = (_: number, i: number) => i % outputs >= from && i % outputs < to;
    this.#layers.pop();
    this.#push(
      {
        inputs,
        outputs: to - from,
        weights: weights.filter(wanted),
        bias: bias.slice(from, to),
      },
      activation,
    );
  }

  /** @throws RangeError for another number of actions, and for clips that are narrower than the space. */
  snapshot(actionSpace: PolicySnapshot['actionSpace']): PolicySnapshot {
    const { size: k, low, high } = actionSpace;
    const last = this.#layers.at(-1);
    if (!last) throw new RangeError('has no layer');
    if (this.width !== k)
      throw new RangeError(`gives ${this.width} actions, the environment has ${k}`);
    this.#expectWithin(actionSpace);
    const near = (a: number, b: number) => Math.abs(a - b) <= SAME * Math.max(1, Math.abs(b));
    const isSquash =
      last.activation === 'tanh' &&
      this.#scale.every((v, j) => near(v, (high[j]! - low[j]!) / 2)) &&
      this.#shift.every((v, j) => near(v, (high[j]! + low[j]!) / 2));
    if (isSquash) last.activation = 'linear';
    else this.#settle(true);
    const layers = this.#layers.map(({ weights, bias, ...layer }) => ({
      ...layer,
      weights: Float32Array.from(weights),
      bias: Float32Array.from(bias),
    }));
    return {
      ...{ version: 0, layers, logStd: 'deterministic' },
      ...(this.#normaliser ? { normaliser: this.#normaliser } : {}),
      ...{ squash: isSquash ? 'tanh' : 'none', actionSpace },
    };
  }

  #push(layer: Linear, activation: Activation = 'linear'): void {
    this.#layers.push({ ...layer, activation });
    this.width = layer.outputs;
    this.#scale = new Float64Array(this.width).fill(1);
    this.#shift = new Float64Array(this.width);
  }

  get #isPlain(): boolean {
    return this.#scale.every((v) => v === 1) && this.#shift.every((v) => v === 0);
  }

  /** What waits goes into the last layer; where that has an activation, with `always` into one of its own. */
  #settle(always = false): void {
    const last = this.#layers.at(-1);
    if (this.#isPlain) return;
    if (last?.activation === 'linear') {
      this.#layers.pop();
      const { outputs } = last;
      this.#push({
        ...last,
        weights: last.weights.map((w, i) => w * this.#scale[i % outputs]!),
        bias: last.bias.map((b, j) => b * this.#scale[j]! + this.#shift[j]!),
      });
    } else if (always) this.#push(diagonal(this.#scale, this.#shift));
  }

  /** What was done to observations so far, exactly where they are large and their spread is small. */
  #normalise(clip: number): void {
    const isUsable = this.#scale.every((v) => v !== 0 && Number.isFinite(v));
    if (this.#normaliser || !isUsable || (clip === NO_CLIP && this.#isPlain)) return;
    this.#normaliser = {
      mean: Float32Array.from(this.#shift, (v, i) => -v / this.#scale[i]!),
      invStd: Float32Array.from(this.#scale),
      clip,
    };
    this.#scale = this.#scale.map(() => 1);
    this.#shift = this.#shift.map(() => 0);
  }

  #expectUnclamped(): void {
    if (this.#clamped) throw new RangeError('clips between layers, allowed at both ends');
  }

  #expectWithin({ low, high }: PolicySnapshot['actionSpace']): void {
    if (!this.#clamped) return;
    const slack = (bound: number) => SAME * Math.max(1, Math.abs(bound));
    for (const [j, least] of low.entries()) {
      const from = this.#clamped.low[j]!;
      const to = this.#clamped.high[j]!;
      if (from > least + slack(least) || to < high[j]! - slack(high[j]!))
        throw new RangeError(
          `clips action ${j} to ${short(from)} … ${short(to)}, the environment's is ${short(least)} … ${short(high[j]!)}`,
        );
    }
  }
}

const short = (value: number) => Number(value.toPrecision(4));

function diagonal(scale: Float64Array, bias: Float64Array): Linear {
  const n = scale.length;
  const weights = new Float64Array(n * n);
  for (let i = 0; i < n; i++) weights[i * n + i] = scale[i]!;
  return { inputs: n, outputs: n, weights, bias: bias.slice() };
}
