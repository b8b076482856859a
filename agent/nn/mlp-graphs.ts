/**
 * A network's forward and backward pass as training graphs, for losses that are computed in JavaScript between the
 * two: what the forward graph leaves behind, the backward graph reads.
 */
import type { GraphEngine, Program } from '../backend/onnx-engine.ts';
import { createGraph, type Graph, type Value } from '../graphs/graph.ts';
import { type GraphPass, type NetworkArrays, network } from '../graphs/layers.ts';

/**
 * Given `outputs` (n, m), write dLoss/dOutputs into `dOutputs` (n, m, zero on entry), return the loss. Both are
 * valid during the call alone.
 */
export type LossGradient = (outputs: Float32Array, dOutputs: Float32Array) => number;

export interface MlpGraphs {
  /** Outputs (n, m) for `inputs` (n, d), valid until the next call. */
  forward(inputs: Float32Array, n: number): Float32Array;
  /** Adds the gradient of `loss` over `inputs` (n, d) to the network's gradients; returns the loss. */
  addLossGradient(inputs: Float32Array, n: number, loss: LossGradient): number;
  dispose(): void;
}

/** Graphs for up to `rows` rows, and their arrays. */
interface Passes {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly output: Float32Array;
  readonly forward: Program;
  /** Made when it is first needed: a network that only predicts has none. */
  backward?: BackwardPass;
  readonly hand: (back: Graph) => GraphPass;
}

interface BackwardPass {
  readonly dOutput: Float32Array;
  /** Of this pass alone. */
  readonly gradients: Float32Array;
  readonly program: Program;
}

const ROWS = 'rows';
const LEAST_ROWS = 64;

export function createMlpGraphs(engine: GraphEngine, net: NetworkArrays): MlpGraphs {
  const d = net.slots[0]!.inputs;
  const m = net.slots[net.slots.length - 1]!.outputs;
  let passes: Passes | undefined;

  /** Graphs that have room for n rows. */
  function reserve(n: number): Passes {
    if (passes && passes.rows >= n) return passes;
    release();
    passes = buildForward(engine, net, Math.max(LEAST_ROWS, n));
    return passes;
  }

  function run({ inputs, output, forward }: Passes, rows: Float32Array, n: number): Float32Array {
    inputs.set(rows.subarray(0, n * d));
    forward.run({ [ROWS]: n });
    return output.subarray(0, n * m);
  }

  function release(): void {
    passes?.forward.dispose();
    passes?.backward?.program.dispose();
    passes = undefined;
  }

  return {
    forward: (inputs, n) => run(reserve(n), inputs, n),
    addLossGradient(inputs, n, loss) {
      const reserved = reserve(n);
      const outputs = run(reserved, inputs, n);
      reserved.backward ??= buildBackward(engine, net, reserved);
      const { dOutput, gradients, program } = reserved.backward;
      const value = loss(outputs, dOutput.subarray(0, n * m).fill(0));
      program.run({ [ROWS]: n });
      for (let i = 0; i < gradients.length; i++) net.gradients[i]! += gradients[i]!;
      return value;
    },
    dispose: release,
  };
}

function buildForward(engine: GraphEngine, net: NetworkArrays, rows: number): Passes {
  const { inputs: d } = net.slots[0]!;
  const inputs = new Float32Array(rows * d);
  const graph = createGraph('forward');
  const pass = network(graph, 'net', net).forward(graph.input('x', ROWS, d, inputs));
  const { output, hand } = leave(pass, rows, inputs);
  return { rows, inputs, output, forward: engine.compile(graph), hand };
}

function buildBackward(engine: GraphEngine, net: NetworkArrays, { rows, hand }: Passes) {
  const { outputs: m } = net.slots[net.slots.length - 1]!;
  const dOutput = new Float32Array(rows * m);
  const gradients = new Float32Array(net.gradients.length);
  const graph = createGraph('backward');
  const backward = network(graph, 'net', { ...net, gradients });
  backward.backward(hand(graph), graph.input('dOutput', ROWS, m, dOutput));
  backward.writeGradients();
  return { dOutput, gradients, program: engine.compile(graph) };
}

/** What `pass` computes becomes outputs of its graph and, in the same arrays, inputs of a backward graph. */
function leave(pass: GraphPass, rows: number, inputs: Float32Array) {
  const cross = (name: string, value: Value) => {
    const array = new Float32Array(rows * Number(value.shape[1]));
    value.graph.output(name, value, array);
    const read = (back: Graph) => back.input(name, value.shape[0], value.shape[1], array);
    return { array, read };
  };
  const norms = pass.norms.map(
    (norm, l) =>
      norm && {
        hat: cross(`hat ${l}`, norm.hat),
        inverseStd: cross(`inverse deviation ${l}`, norm.inverseStd),
      },
  );
  const [x, ...values] = pass.values;
  const left = values.map((value, l) => cross(`h ${l}`, value));
  const hand = (back: Graph): GraphPass => {
    const read = left.map((h) => h.read(back));
    return {
      values: [back.input('x', ROWS, x!.shape[1], inputs), ...read],
      norms: norms.map(
        (norm) => norm && { hat: norm.hat.read(back), inverseStd: norm.inverseStd.read(back) },
      ),
      output: read[read.length - 1]!,
    };
  };
  return { output: left[left.length - 1]!.array, hand };
}
