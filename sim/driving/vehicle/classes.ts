/**
 * The agent's car by class. Size, mass, axle distances, friction, steering angle and top speed are
 * MetaDrive's (vehicle_type.py); engine and brakes are the middle of its ranges (pg_space.py), engine
 * force per wheel times four, brakes in proportion to the default car's. What MetaDrive leaves to its
 * physics engine is estimated: yaw inertia m·l_f·l_r (within 1 % of the default car's), centre of mass
 * at 0.38 of the height, frontal area 0.85·width·height.
 */
import { COMPACT_CAR, type VehicleParameters } from './vehicle.ts';

export const VEHICLE_NAMES = ['default', 's', 'm', 'l', 'xl'] as const;
export type VehicleName = (typeof VEHICLE_NAMES)[number];

interface Source {
  readonly length: number;
  readonly width: number;
  readonly height: number;
  readonly mass: number;
  /** Middle of the car to the axles, m. */
  readonly front: number;
  readonly rear: number;
  readonly friction: number;
  /** Degrees. */
  readonly maxSteer: number;
  /** N per wheel, and the unit of MetaDrive's brakes. */
  readonly engine: number;
  readonly brake: number;
  /** Drag coefficient. */
  readonly drag: number;
}

/** Middle of the default car's brake range in MetaDrive's unit. */
const DEFAULT_BRAKE = 130;
const AIR_DENSITY = 1.2;

function vehicle(s: Source): VehicleParameters {
  return {
    ...COMPACT_CAR,
    mass: s.mass,
    yawInertia: s.mass * s.front * s.rear,
    front: s.front,
    rear: s.rear,
    height: 0.38 * s.height,
    length: s.length,
    width: s.width,
    friction: s.friction,
    maxSteer: (s.maxSteer * Math.PI) / 180,
    engineForce: 4 * s.engine,
    brakeForce: (COMPACT_CAR.brakeForce * s.brake) / DEFAULT_BRAKE,
    drag: 0.5 * AIR_DENSITY * s.drag * 0.85 * s.width * s.height,
  };
}

export const VEHICLES: Readonly<Record<VehicleName, VehicleParameters>> = {
  default: COMPACT_CAR,
  s: vehicle({
    length: 4.3,
    width: 1.7,
    height: 1.7,
    mass: 800,
    front: 1.385,
    rear: 1.11,
    friction: 0.9,
    maxSteer: 50,
    engine: 450,
    brake: 57.5,
    drag: 0.35,
  }),
  m: vehicle({
    length: 4.6,
    width: 1.85,
    height: 1.37,
    mass: 1200,
    front: 1.285,
    rear: 1.203,
    friction: 0.75,
    maxSteer: 45,
    engine: 750,
    brake: 105,
    drag: 0.35,
  }),
  l: vehicle({
    length: 4.87,
    width: 2.046,
    height: 1.85,
    mass: 1300,
    front: 1.5301,
    rear: 1.218261,
    friction: 0.8,
    maxSteer: 40,
    engine: 550,
    brake: 90,
    drag: 0.35,
  }),
  xl: vehicle({
    length: 5.74,
    width: 2.3,
    height: 2.8,
    mass: 1600,
    front: 1.726,
    rear: 1.075,
    friction: 0.7,
    maxSteer: 35,
    engine: 600,
    brake: 75,
    drag: 0.6,
  }),
};
