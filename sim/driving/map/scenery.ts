/** Everything of a map that is drawn and never moves, merged into a handful of meshes. */
import type { BodyRole, MeshData, StaticBody } from '../../contract.ts';
import type { RoadMap, RoadScenery } from './contract.ts';
import { findApproaches } from './scenery/approaches.ts';
import { findBorders } from './scenery/borders.ts';
import { addFinishLine, addGantry } from './scenery/gantry.ts';
import { addStrips, withStrips } from './scenery/ground-strips.ts';
import { addHouses } from './scenery/houses.ts';
import { addJunctionPaint } from './scenery/junction-paint.ts';
import { addKerb, borderStyle } from './scenery/kerbs.ts';
import { addLamps } from './scenery/lamps.ts';
import { addMarkings } from './scenery/markings.ts';
import { createMeshBuilder, type MeshBuilder } from './scenery/mesh-builder.ts';
import { addPlants } from './scenery/plants.ts';
import { addRails } from './scenery/rails.ts';
import { addSignals } from './scenery/signals.ts';
import { addSigns } from './scenery/signs.ts';
import { createSite } from './scenery/site.ts';
import { addSurfaces } from './scenery/surface.ts';
import { addTerrain, createTerrain } from './scenery/terrain.ts';

/** Rough enough for the page's cheapest light model: that is most of a picture. */
const MATTE: Look = { roughness: 1 };
const SOLID: Look = { roughness: 0.9, castShadow: true };

/**
 * Roads, kerbs, markings, rails, signs, lamps, houses and plants of a map, one mesh per kind of
 * surface; the same map gives the same scenery. Nothing but paint and the gantry's beam, high above,
 * lies on or over a lane.
 */
export function createScenery(map: RoadMap): RoadScenery {
  const meshes: Record<string, MeshData> = {};
  const statics: StaticBody[] = [];
  const add = (id: string, role: BodyRole, look: Look, mesh: MeshBuilder) => {
    const data = mesh.finish();
    if (data.indices.length === 0) return;
    meshes[id] = data;
    statics.push(staticMesh(id, role, look));
  };
  // A file says itself which signs there are.
  const named = map.title !== undefined;
  const land = withStrips(map);
  const terrain = createTerrain(land);
  const borders = findBorders(land);
  const approaches = named ? [] : findApproaches(map);
  const ground = createMeshBuilder();
  const road = createMeshBuilder();
  const paint = createMeshBuilder();
  const kerbs = createMeshBuilder();
  addTerrain(map, terrain, ground);
  addSurfaces(map, road);
  addStrips(map, road);
  addMarkings(map, paint);
  addJunctionPaint(map, approaches, paint);
  addFinishLine(map, paint);
  for (const run of borders) addKerb(kerbs, run, borderStyle(land, run));
  add('terrain', 'ground', MATTE, ground);
  add('road', 'ground', MATTE, road);
  add('markings', 'scenery', MATTE, paint);
  add('kerbs', 'scenery', MATTE, kerbs);

  const site = createSite(land, terrain);
  const furniture = createMeshBuilder();
  const plants = createMeshBuilder();
  const glow = createMeshBuilder();
  // What matters most to a driver is placed first; plants take what is left.
  addGantry(site, furniture);
  if (named) addSignals(map, furniture, glow);
  else addSigns(site, borders, approaches, furniture);
  addRails(site, borders, furniture);
  addLamps(site, borders, furniture, glow);
  addHouses(site, borders, furniture, glow);
  addPlants(site, plants);
  add('furniture', 'scenery', SOLID, furniture);
  add('plants', 'scenery', SOLID, plants);
  add('glow', 'scenery', { roughness: 1, emissive: 0.45 }, glow);
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
