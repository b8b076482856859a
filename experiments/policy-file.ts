/**
 * A trained policy as a file: `RNSP`, the length of a JSON header (uint32, little-endian), the
 * header, padding to a multiple of four, then all floats in the order of the header.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { PolicySnapshot } from '../agent/contract.ts';
import { writeFile } from '../server/storage/write-file.ts';
import type { BoxSpace } from '../sim/contract.ts';

const MAGIC = 0x50534e52; // "RNSP", little-endian
const PREFIX = 8;

const headerSchema = z.object({
  format: z.literal(1),
  environmentId: z.string(),
  observationSize: z.number().int().positive(),
  observationNames: z.string().optional(),
  actionSize: z.number().int().positive(),
  version: z.number().int().min(0),
  layers: z
    .array(
      z.object({
        inputs: z.number().int().positive(),
        outputs: z.number().int().positive(),
        activation: z.enum(['linear', 'relu', 'tanh', 'leaky-relu']),
      }),
    )
    .min(1),
  logStd: z.enum(['numbers', 'network', 'deterministic']),
  /** Clip of the observation normaliser; null: there is none. */
  normaliserClip: z.number().nullable(),
  squash: z.enum(['tanh', 'none']),
  /** Where it comes from: preset, seed, command line. */
  meta: z.record(z.string(), z.unknown()),
});
type Header = z.infer<typeof headerSchema>;

export interface SavedPolicy {
  readonly environmentId: string;
  readonly observationSize: number;
  /** `namesOf` what it was trained on; absent: not known. */
  readonly observationNames?: string | undefined;
  readonly snapshot: PolicySnapshot;
  readonly meta: Readonly<Record<string, unknown>>;
}

/**
 * What the numbers of an observation stand for, as a hash of their names: with an option of the environment as many numbers
 * may mean something else. Undefined where they have no names.
 */
export function namesOf({ names }: Pick<BoxSpace, 'names'>): string | undefined {
  return names && createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16);
}

/** Float columns of a snapshot in file order. */
function columns(snapshot: PolicySnapshot): Float32Array[] {
  const list: Float32Array[] = [];
  for (const layer of snapshot.layers) list.push(layer.weights, layer.bias);
  if (snapshot.logStd instanceof Float32Array) list.push(snapshot.logStd);
  if (snapshot.normaliser) list.push(snapshot.normaliser.mean, snapshot.normaliser.invStd);
  list.push(snapshot.actionSpace.low, snapshot.actionSpace.high);
  return list;
}

export function encodePolicy(policy: SavedPolicy): Uint8Array {
  const { snapshot } = policy;
  const header: Header = {
    format: 1,
    environmentId: policy.environmentId,
    observationSize: policy.observationSize,
    ...(policy.observationNames ? { observationNames: policy.observationNames } : {}),
    actionSize: snapshot.actionSpace.size,
    version: snapshot.version,
    layers: snapshot.layers.map(({ inputs, outputs, activation }) => ({
      inputs,
      outputs,
      activation,
    })),
    logStd: snapshot.logStd instanceof Float32Array ? 'numbers' : snapshot.logStd,
    normaliserClip: snapshot.normaliser?.clip ?? null,
    squash: snapshot.squash,
    meta: { ...policy.meta },
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = PREFIX + Math.ceil(json.length / 4) * 4;
  const floats = columns(snapshot);
  const total = floats.reduce((sum, column) => sum + column.length, 0);
  const bytes = new Uint8Array(start + 4 * total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, PREFIX);
  let at = start / 4;
  const all = new Float32Array(bytes.buffer);
  for (const column of floats) {
    all.set(column, at);
    at += column.length;
  }
  return bytes;
}

/** @throws Error naming `name` when the bytes are not a whole policy. */
export function decodePolicy(bytes: Uint8Array, name: string): SavedPolicy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX || view.getUint32(0, true) !== MAGIC)
    throw new Error(`${name}: is not a policy file`);
  const length = view.getUint32(4, true);
  const start = PREFIX + Math.ceil(length / 4) * 4;
  if (start > bytes.length) throw new Error(`${name}: ends inside its header`);
  const header = parseHeader(bytes.subarray(PREFIX, PREFIX + length), name);
  const total = expectedFloats(header);
  if (bytes.length !== start + 4 * total)
    throw new Error(`${name}: has ${bytes.length} bytes, expected ${start + 4 * total}`);
  // Not bytes.slice: a Buffer's slice shares its memory, and that begins elsewhere.
  const floats = new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer);
  return assemble(header, floats);
}

function parseHeader(bytes: Uint8Array, name: string): Header {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]?.message : String(error);
    throw new Error(`${name}: its header is damaged (${why})`);
  }
}

function expectedFloats(h: Header): number {
  let total = 2 * h.actionSize;
  for (const layer of h.layers) total += (layer.inputs + 1) * layer.outputs;
  if (h.logStd === 'numbers') total += h.actionSize;
  if (h.normaliserClip !== null) total += 2 * h.observationSize;
  return total;
}

function assemble(h: Header, floats: Float32Array): SavedPolicy {
  let at = 0;
  const take = (count: number) => floats.slice(at, (at += count));
  const layers = h.layers.map((layer) => ({
    ...layer,
    weights: take(layer.inputs * layer.outputs),
    bias: take(layer.outputs),
  }));
  const logStd = h.logStd === 'numbers' ? take(h.actionSize) : h.logStd;
  const normaliser =
    h.normaliserClip === null
      ? undefined
      : {
          mean: take(h.observationSize),
          invStd: take(h.observationSize),
          clip: h.normaliserClip,
        };
  const actionSpace = { size: h.actionSize, low: take(h.actionSize), high: take(h.actionSize) };
  const base = { version: h.version, layers, logStd, squash: h.squash, actionSpace };
  return {
    environmentId: h.environmentId,
    observationSize: h.observationSize,
    ...(h.observationNames ? { observationNames: h.observationNames } : {}),
    snapshot: normaliser ? { ...base, normaliser } : base,
    meta: h.meta,
  };
}

/** Returns the bytes. @throws Error of the system; the file that was there is whole then. */
export function writePolicyFile(path: string, policy: SavedPolicy): Uint8Array {
  const bytes = encodePolicy(policy);
  writeFile(path, bytes);
  return bytes;
}

/** @throws Error naming the file when it is missing, damaged or of another kind. */
export function readPolicyFile(path: string): SavedPolicy {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return decodePolicy(bytes, path);
}
