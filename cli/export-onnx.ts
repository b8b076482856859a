/** Policies and reward models as files for programs that know nothing of Reins. */
import { policyGraph } from '../agent/acting/graph.ts';
import type { PolicySnapshot } from '../agent/contract.ts';
import { describe, type Graph, type Port } from '../agent/graphs/graph.ts';
import { encodeOnnx } from '../agent/graphs/onnx.ts';
import { readPolicyFile } from '../experiments/policy-file.ts';
import type { Run, Storage } from '../server/storage/contract.ts';
import { writeFile } from '../server/storage/write-file.ts';
import { encodeNpz, encodeSafetensors, notesOf, tensorsOf } from './export-weights.ts';
import { noRewardModel, withTrainer } from './run-trainer.ts';

const ENCODERS = { safetensors: encodeSafetensors, npz: encodeNpz } as const;
export type PolicyFormat = 'onnx' | keyof typeof ENCODERS;

export interface ModelExport {
  readonly out: string;
  /** Names with shapes. */
  readonly inputs: string;
  readonly outputs: string;
  readonly bytes: number;
}

/** @throws Error naming the file when it is not a policy. */
export async function exportPolicy(
  file: string,
  out: string,
  format: PolicyFormat,
): Promise<ModelExport> {
  const { environmentId, snapshot } = readPolicyFile(file);
  return writePolicy(environmentId, snapshot, out, format);
}

export function exportRunPolicy(
  storage: Storage,
  run: Run,
  out: string,
  format: PolicyFormat,
): Promise<ModelExport> {
  return withTrainer(storage, run, (trainer) =>
    writePolicy(run.environmentId, trainer.snapshot(), out, format),
  );
}

/** @throws UsageError where the run has no reward model. */
export function exportRunReward(storage: Storage, run: Run, out: string): Promise<ModelExport> {
  return withTrainer(storage, run, (trainer, spec) => {
    const graph = trainer.rewardGraph();
    if (!graph) return noRewardModel(run);
    return write(graph, { environment: run.environmentId, ...spaceNotes(spec.actionSpace) }, out);
  });
}

function writePolicy(
  environmentId: string,
  snapshot: PolicySnapshot,
  out: string,
  format: PolicyFormat,
): ModelExport {
  if (format !== 'onnx') return writeWeights(environmentId, snapshot, out, format);
  const notes = {
    environment: environmentId,
    version: String(snapshot.version),
    squash: snapshot.squash,
    ...spaceNotes(snapshot.actionSpace),
  };
  return write(policyGraph(snapshot), notes, out);
}

/** The numbers alone, by name. */
function writeWeights(
  environmentId: string,
  snapshot: PolicySnapshot,
  out: string,
  format: keyof typeof ENCODERS,
): ModelExport {
  const bytes = ENCODERS[format](tensorsOf(snapshot), notesOf(environmentId, snapshot));
  writeFile(out, bytes);
  return {
    out,
    inputs: `observation (rows, ${snapshot.layers[0]!.inputs})`,
    outputs: `action (rows, ${snapshot.actionSpace.size})`,
    bytes: bytes.length,
  };
}

function spaceNotes({ low, high }: PolicySnapshot['actionSpace']): Record<string, string> {
  return { low: JSON.stringify([...low]), high: JSON.stringify([...high]) };
}

function write(graph: Graph, notes: Record<string, string>, out: string): ModelExport {
  const bytes = encodeOnnx(graph, notes);
  writeFile(out, bytes);
  const list = (ports: readonly Port[]) =>
    ports.map(({ name, shape }) => `${name} ${describe(shape)}`).join(', ');
  return { out, inputs: list(graph.inputs), outputs: list(graph.outputs), bytes: bytes.length };
}
