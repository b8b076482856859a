/** SceneDescription as JSON: typed arrays travel as `{$: type, data: base64}`. */
import type { SceneDescription } from '../../sim/contract.ts';

export type {
  BodyDescription,
  CameraDescription,
  Geom,
  Look,
  MeshData,
  SceneDescription,
  SkinDescription,
  TextureData,
} from '../../sim/contract.ts';

const TYPES = { Float32Array, Uint32Array, Uint8Array } as const;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  const chunk = 0x8000; // String.fromCharCode takes its bytes as arguments: keep them few
  for (let i = 0; i < bytes.length; i += chunk)
    text += String.fromCharCode(...bytes.subarray(i, i + chunk));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** A JSON-ready copy of the scene. */
export function packScene(scene: SceneDescription): unknown {
  return JSON.parse(
    JSON.stringify(scene, (_key, value: unknown) => {
      for (const [name, type] of Object.entries(TYPES)) {
        if (value instanceof type) {
          return {
            $: name,
            data: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
          };
        }
      }
      return value;
    }),
  );
}

/** The scene back from `packScene`. @throws TypeError for an unknown array type. */
export function unpackScene(packed: unknown): SceneDescription {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (value === null || typeof value !== 'object') return value;
    const record = value as Record<string, unknown>;
    if (typeof record.$ === 'string') {
      const type = TYPES[record.$ as keyof typeof TYPES];
      if (!type) throw new TypeError(`scene: unknown array type ${record.$}`);
      return new type(fromBase64(String(record.data)).buffer);
    }
    return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, visit(v)]));
  };
  return visit(packed) as SceneDescription;
}
