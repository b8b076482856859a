import type { MeshData, TextureData } from '../../contract.ts';
import type { Physics } from './mujoco.ts';

/**
 * A mesh of the model, in the frame its geoms use (MuJoCo moves meshes to their inertial frame).
 * Vertices are unrolled per face corner, because MuJoCo indexes positions, normals and texture
 * coordinates separately.
 */
export function createMesh(physics: Physics, mesh: number): MeshData {
  const faces = physics.model('mesh_facenum')[mesh]!;
  const face = physics.model('mesh_faceadr')[mesh]! * 3;
  const vertex = physics.model('mesh_vertadr')[mesh]!;
  const normal = physics.model('mesh_normaladr')[mesh]!;
  const coordinate = physics.model('mesh_texcoordadr')[mesh]!;
  const corners = faces * 3;
  const data = {
    positions: new Float32Array(corners * 3),
    normals: new Float32Array(corners * 3),
    indices: Uint32Array.from({ length: corners }, (_, i) => i),
  };
  const uvs = coordinate >= 0 ? new Float32Array(corners * 2) : undefined;
  for (let c = 0; c < corners; c++) {
    const v = vertex + physics.model('mesh_face')[face + c]!;
    const n = normal + physics.model('mesh_facenormal')[face + c]!;
    for (let k = 0; k < 3; k++) {
      data.positions[c * 3 + k] = physics.model('mesh_vert')[v * 3 + k]!;
      data.normals[c * 3 + k] = physics.model('mesh_normal')[n * 3 + k]!;
    }
    if (!uvs) continue;
    const t = coordinate + physics.model('mesh_facetexcoord')[face + c]!;
    for (let k = 0; k < 2; k++) uvs[c * 2 + k] = physics.model('mesh_texcoord')[t * 2 + k]!;
  }
  return uvs ? { ...data, uvs } : data;
}

/** Surface of a height field in metres: x, y in ±size, z = elevation × height scale. Row 0 lies at −y. */
export function heightfieldMesh(physics: Physics, field: number): MeshData {
  const rows = physics.model('hfield_nrow')[field]!;
  const columns = physics.model('hfield_ncol')[field]!;
  const start = physics.model('hfield_adr')[field]!;
  const [sx, sy, sz] = physics.model('hfield_size').slice(field * 4, field * 4 + 3);
  const positions = new Float32Array(rows * columns * 3);
  const uvs = new Float32Array(rows * columns * 2);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const i = r * columns + c;
      positions[i * 3] = sx! * ((2 * c) / (columns - 1) - 1);
      positions[i * 3 + 1] = sy! * ((2 * r) / (rows - 1) - 1);
      positions[i * 3 + 2] = sz! * physics.model('hfield_data')[start + i]!;
      uvs[i * 2] = c / (columns - 1);
      uvs[i * 2 + 1] = r / (rows - 1);
    }
  }
  return { positions, uvs, indices: gridIndices(rows, columns) };
}

/** Two triangles per cell, counter-clockwise seen from above. */
function gridIndices(rows: number, columns: number): Uint32Array {
  const indices = new Uint32Array((rows - 1) * (columns - 1) * 6);
  let at = 0;
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const i = r * columns + c;
      indices.set([i, i + 1, i + columns, i + 1, i + columns + 1, i + columns], at);
      at += 6;
    }
  }
  return indices;
}

/** Only flat textures wrap around shapes as three.js does; cube and sky textures give width 0. */
const TEXTURE_2D = 0;

/** Mean colour of a texture, each part in [0, 1]. */
export function meanColour(physics: Physics, texture: number): [number, number, number] {
  const channels = physics.model('tex_nchannel')[texture]!;
  const pixels = physics.model('tex_width')[texture]! * physics.model('tex_height')[texture]!;
  const start = physics.model('tex_adr')[texture]!;
  const source = physics.model('tex_data');
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < pixels; i++)
    for (let k = 0; k < 3; k++) sum[k]! += source[start + i * channels + (channels < 3 ? 0 : k)]!;
  return [sum[0] / (255 * pixels), sum[1] / (255 * pixels), sum[2] / (255 * pixels)];
}

/** The texture of a material as RGBA; width 0 when it is not flat. */
export function textureOf(physics: Physics, texture: number, material: number): TextureData {
  if (physics.model('tex_type')[texture] !== TEXTURE_2D)
    return { width: 0, height: 0, pixels: new Uint8Array(0) };
  const width = physics.model('tex_width')[texture]!;
  const height = physics.model('tex_height')[texture]!;
  const channels = physics.model('tex_nchannel')[texture]!;
  const source = physics.model('tex_data');
  const start = physics.model('tex_adr')[texture]!;
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const at = start + i * channels;
    const isGrey = channels < 3;
    for (let k = 0; k < 3; k++) pixels[i * 4 + k] = source[isGrey ? at : at + k]!;
    pixels[i * 4 + 3] = channels === 4 ? source[at + 3]! : 255;
  }
  const [x, y] = physics.model('mat_texrepeat').slice(material * 2, material * 2 + 2);
  // Whether repeats count per metre (`mat_texuniform`) cannot be read through the bindings: booleans
  // have no view there. Endless planes do so in any case.
  return { width, height, pixels, repeat: [x!, y!] };
}

const TEXTURE_SKYBOX = 2;
/** Texels along a face of a sky: more than a picture shows of it. */
const SKY_SIZE = 192;

/** The model's first sky, its faces made smaller by whole numbers of texels. */
export function skyOf(physics: Physics): TextureData | undefined {
  const texture = physics.model('tex_type').indexOf(TEXTURE_SKYBOX);
  if (texture < 0) return undefined;
  const channels = physics.model('tex_nchannel')[texture]!;
  const source = physics.model('tex_data');
  const start = physics.model('tex_adr')[texture]!;
  const from = physics.model('tex_width')[texture]!;
  const block = Math.ceil(from / SKY_SIZE);
  const width = Math.floor(from / block);
  const height = width * Math.round(physics.model('tex_height')[texture]! / from);
  const pixels = new Uint8Array(width * height * 4).fill(255);
  for (let row = 0; row < height; row++) {
    // Rows of a face start anew: a remainder at its end belongs to no block.
    const top = Math.floor(row / width) * from + (row % width) * block;
    for (let column = 0; column < width; column++) {
      for (let k = 0; k < 3; k++) {
        let total = 0;
        for (let i = 0; i < block * block; i++) {
          const y = top + Math.floor(i / block);
          const x = column * block + (i % block);
          total += source[start + (y * from + x) * channels + (channels < 3 ? 0 : k)]!;
        }
        pixels[4 * (row * width + column) + k] = total / (block * block);
      }
    }
  }
  return { width, height, pixels };
}
