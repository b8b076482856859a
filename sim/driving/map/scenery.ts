/** Everything of a map that is drawn and never moves, merged into a handful of meshes. */
import type { BodyRole, MeshData, StaticBody } from '../../contract.ts';
import type { RoadMap, RoadScenery } from './contract.ts';
import { findBorders } from './scenery/borders.ts';
import { addKerb, borderStyle } from './scenery/kerbs.ts';
import { addMarkings } from './scenery/markings.ts';
import { createMeshBuilder, type MeshBuilder } from './scenery/mesh-builder.ts';
import { addSurfaces } from './scenery/surface.ts';
import { addTerrain, createTerrain } from './scenery/terrain.ts';

/** Roads, kerbs, markings, rails, signs, plants and houses of a map; the same map gives the same scenery. */
export function createScenery(map: RoadMap): RoadScenery {
  const meshes: Record<string, MeshData> = {};
  const statics: StaticBody[] = [];
  const add = (id: string, role: BodyRole, look: Look, fill: (mesh: MeshBuilder) => void) => {
    const mesh = createMeshBuilder();
    fill(mesh);
    const data = mesh.finish();
    if (data.indices.length === 0) return;
    meshes[id] = data;
    statics.push(staticMesh(id, role, look));
  };
  const terrain = createTerrain(map);
  const borders = findBorders(map);
  add('terrain', 'ground', { roughness: 1 }, (mesh) => addTerrain(map, terrain, mesh));
  add('road', 'ground', { roughness: 0.92 }, (mesh) => addSurfaces(map, mesh));
  add('markings', 'scenery', { roughness: 0.7 }, (mesh) => addMarkings(map, mesh));
  add('kerbs', 'scenery', { roughness: 0.9 }, (mesh) => {
    for (const run of borders) addKerb(mesh, run, borderStyle(map, run));
  });
  return { statics, meshes };
}

interface Look {
  readonly roughness: number;
  readonly metalness?: number;
  readonly emissive?: number;
  readonly castShadow?: boolean;
}

function staticMesh(id: string, role: BodyRole, look: Look): StaticBody {
  return {
    id,
    role,
    position: [0, 0, 0],
    quaternion: [1, 0, 0, 0],
    geoms: [
      {
        shape: 'mesh',
        size: [1, 1, 1],
        position: [0, 0, 0],
        quaternion: [1, 0, 0, 0],
        colour: [1, 1, 1, 1],
        mesh: id,
        castShadow: false,
        ...look,
      },
    ],
  };
}
