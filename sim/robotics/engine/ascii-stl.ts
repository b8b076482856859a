import { Mesh } from 'three';
import { STLExporter } from 'three/addons/exporters/STLExporter.js';
import { STLLoader } from 'three/addons/loaders/STLLoader.js';

/** Bytes before the triangles of a binary STL, and of each triangle. */
const HEADER = 84;
const TRIANGLE = 50;

function isAscii(bytes: Uint8Array): boolean {
  if (new TextDecoder().decode(bytes.subarray(0, 5)) !== 'solid') return false;
  if (bytes.length < HEADER) return true;
  // Binary files may begin with "solid" as well; their length says how many triangles they have.
  const triangles = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER - 4, true);
  return bytes.length !== HEADER + TRIANGLE * triangles;
}

/** MuJoCo reads binary STL only: a text one is written anew; anything else stays as it is. */
export function toBinaryStl(path: string, bytes: Uint8Array): Uint8Array {
  if (!/\.stl$/i.test(path) || !isAscii(bytes)) return bytes;
  const mesh = new Mesh(new STLLoader().parse(new TextDecoder().decode(bytes)));
  const { buffer, byteOffset, byteLength } = new STLExporter().parse(mesh, { binary: true });
  return new Uint8Array(buffer, byteOffset, byteLength);
}
