/** What the scenes of all driving tasks share: the cameras around the agent's car, its shape, fixed bodies. */
import type { CameraDescription, Geom, StaticBody } from '../../contract.ts';
import type { CarShape } from '../vehicle/mesh.ts';
import type { VehicleParameters } from '../vehicle/vehicle.ts';

export const CAMERAS: readonly CameraDescription[] = [
  { id: 'chase', kind: 'chase', body: 'ego', position: [-9, 0, 4.2], target: [6, 0, 0.8], fov: 55 },
  { id: 'top', kind: 'top', body: 'ego', position: [0, 0, 55], target: [0, 0, 0], fov: 50 },
  {
    id: 'cockpit',
    kind: 'cockpit',
    body: 'ego',
    position: [0.74, 0.35, 1.25], // just before the windscreen, which is a sheet without an inside
    target: [12, 0.2, 0.7],
    fov: 70,
  },
  {
    id: 'orbit',
    kind: 'orbit',
    body: 'ego',
    position: [-14, -10, 9],
    target: [0, 0, 0.5],
    fov: 50,
  },
];

export function agentShape(vehicle: VehicleParameters, tall = false): CarShape {
  return { halfLength: vehicle.length / 2, halfWidth: vehicle.width / 2, tall };
}

/** A body whose geoms are placed in the world. */
export function fixed(id: string, role: StaticBody['role'], geoms: readonly Geom[]): StaticBody {
  return { id, role, geoms, position: [0, 0, 0], quaternion: [1, 0, 0, 0] };
}
