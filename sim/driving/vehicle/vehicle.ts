/**
 * A car as a dynamic single-track model with load transfer and saturating tyres.
 *
 * Equations: Rajamani, Vehicle Dynamics and Control (2012), ch. 2; tyre: Pacejka's magic formula
 * without curvature factor, lateral force limited by the friction ellipse; load transfer from
 * longitudinal acceleration as in the CommonRoad single-track model (Althoff et al. 2017). Below
 * walking pace slip angles are undefined, so the kinematic model takes over smoothly.
 */

export interface VehicleParameters {
  /** kg */
  readonly mass: number;
  /** Yaw inertia, kg m². */
  readonly yawInertia: number;
  /** Centre of mass to front and rear axle, m. */
  readonly front: number;
  readonly rear: number;
  /** Height of the centre of mass, m. */
  readonly height: number;
  readonly length: number;
  readonly width: number;
  /** Tyre-road friction coefficient. */
  readonly friction: number;
  /** Cornering stiffness per load and friction, 1/rad. */
  readonly stiffness: number;
  /** Steering angle at the wheels, rad, and its rate, rad/s. */
  readonly maxSteer: number;
  readonly steerRate: number;
  /** Newtons at full throttle; none above `maxSpeed`. */
  readonly engineForce: number;
  /** m/s */
  readonly maxSpeed: number;
  /** Newtons at full brake, before the tyres limit it; share on the front axle. */
  readonly brakeForce: number;
  readonly brakeFront: number;
  /** ½ ρ c_d A, N s²/m². */
  readonly drag: number;
  /** Rolling resistance per load. */
  readonly rolling: number;
}

/**
 * A compact car. Inertia, axle distances, height and stiffness: CommonRoad vehicle 2 (BMW 320i;
 * 1093 kg, 1791.6 kg m², 20.9 /rad). Mass, size, friction, steering angle, engine force and top speed:
 * MetaDrive's default vehicle. Steering rate: a quick driver's 800°/s at the wheel over a ratio of 15.
 */
export const COMPACT_CAR: VehicleParameters = {
  mass: 1100,
  yawInertia: 1791.6,
  front: 1.156,
  rear: 1.423,
  height: 0.56,
  length: 4.515,
  width: 1.852,
  friction: 0.9,
  stiffness: 20.9,
  maxSteer: (40 * Math.PI) / 180,
  steerRate: 0.93,
  engineForce: 3200,
  maxSpeed: 80 / 3.6,
  brakeForce: 9000,
  brakeFront: 0.6,
  drag: 0.42,
  rolling: 0.015,
};

/** Indices into a vehicle's state. */
export const V = { x: 0, y: 1, heading: 2, vx: 3, vy: 4, yawRate: 5, steer: 6, ax: 7 } as const;
export const VEHICLE_STATE_SIZE = 8;

const GRAVITY = 9.81;
/** Integration step, s: the tyre's fastest mode stays well damped above the blending speed. */
const SUBSTEP = 0.01;
/** Speeds between which the kinematic model hands over to the dynamic one, m/s. */
const BLEND_LOW = 2;
const BLEND_HIGH = 5;
/** Shape factor C of the magic formula for lateral force. */
const SHAPE = 1.3;

/**
 * Advance `state` by `dt` with steering and throttle (negative: brake) in [-1, 1]. `reverse` lets a
 * negative throttle drive backwards from standstill.
 */
export function stepVehicle(
  p: VehicleParameters,
  state: Float64Array,
  steering: number,
  throttle: number,
  dt: number,
  reverse = false,
  slope = LEVEL,
): void {
  const substeps = Math.max(1, Math.round(dt / SUBSTEP));
  const h = dt / substeps;
  for (let i = 0; i < substeps; i++) substep(p, state, steering, throttle, h, reverse, slope);
}

/** What gravity adds on ground that is not level, in the car's frame, m/s². */
export interface Slope {
  along: number;
  /** Positive: to the left. */
  aside: number;
}

const LEVEL: Slope = { along: 0, aside: 0 };

function substep(
  p: VehicleParameters,
  s: Float64Array,
  steering: number,
  throttle: number,
  h: number,
  reverse: boolean,
  slope: Slope,
): void {
  const wanted = steering * p.maxSteer;
  const reach = p.steerRate * h;
  const steer = s[V.steer]! + Math.max(-reach, Math.min(reach, wanted - s[V.steer]!));
  const vx = s[V.vx]!;
  const vy = s[V.vy]!;
  const r = s[V.yawRate]!;
  if (chassis.of !== p) measure(p);
  const { wheelbase, weight, restFront, restRear } = chassis;

  // Vertical load per axle with the last acceleration's transfer.
  const transfer = (p.mass * s[V.ax]! * p.height) / wheelbase;
  const loadFront = Math.max(0.1 * weight, restFront - transfer);
  const loadRear = Math.max(0.1 * weight, restRear + transfer);

  // Longitudinal forces, each within its axle's grip.
  const gripFront = p.friction * loadFront;
  const gripRear = p.friction * loadRear;
  let driveFront = 0;
  let driveRear = 0;
  const backwards = reverse && throttle < 0 && vx <= 0.01;
  if (throttle > 0 || backwards) {
    const room = backwards ? vx > -0.3 * p.maxSpeed : vx < p.maxSpeed;
    if (throttle > 0 && vx < -0.01) {
      driveFront = throttle * p.brakeForce * p.brakeFront;
      driveRear = throttle * p.brakeForce * (1 - p.brakeFront);
    } else if (room) {
      driveFront = 0.5 * throttle * p.engineForce;
      driveRear = driveFront;
    }
  } else if (throttle < 0) {
    const sign = Math.sign(vx);
    driveFront = sign * throttle * p.brakeForce * p.brakeFront;
    driveRear = sign * throttle * p.brakeForce * (1 - p.brakeFront);
  }
  driveFront = Math.max(-gripFront, Math.min(gripFront, driveFront));
  driveRear = Math.max(-gripRear, Math.min(gripRear, driveRear));

  const speed = Math.abs(vx);
  const rolling = Math.max(speed, 0.5);
  const slipFront = Math.atan((vy + p.front * r) / rolling) - steer * Math.sign(vx || 1);
  const slipRear = Math.atan((vy - p.rear * r) / rolling);
  const sideFront = lateralForce(chassis.slope, gripFront, driveFront, slipFront);
  const sideRear = lateralForce(chassis.slope, gripRear, driveRear, slipRear);

  // Rolling without slip costs no forward speed: side forces count only as far as the tyres slip.
  const t = Math.max(0, Math.min(1, (speed - BLEND_LOW) / (BLEND_HIGH - BLEND_LOW)));
  const blend = t * t * (3 - 2 * t);
  const direction = speed > 5 ? Math.sign(vx) : Math.tanh(vx * 4); // from 20 on, tanh is 1 in doubles
  const resistance = p.drag * vx * speed + p.rolling * weight * direction;
  if (steer !== wheel.angle) turnWheel(steer);
  const { cos, sin } = wheel;
  let forceX = driveFront * cos - blend * sideFront * sin + driveRear - resistance;
  let forceY = driveFront * sin + sideFront * cos + sideRear;
  let pulled = false;
  if (slope !== LEVEL) {
    forceX += p.mass * slope.along;
    forceY += p.mass * slope.aside;
    // Downhill a car rolls off where neither brakes nor rolling resistance hold it.
    const held = p.rolling * weight + (throttle < 0 ? -throttle * p.brakeForce : 0);
    pulled = p.mass * Math.abs(slope.along) > held;
  }
  const moment = p.front * (driveFront * sin + sideFront * cos) - p.rear * sideRear;

  const ax = forceX / p.mass;
  let nextVx = vx + h * (ax + r * vy);
  // Brakes and resistance stop the car, they do not push it back.
  const pushing = throttle > 0 || backwards || pulled;
  if (!pushing && Math.sign(nextVx) !== Math.sign(vx)) nextVx = 0;
  const dynamicVy = vy + h * (forceY / p.mass - r * vx);
  const dynamicR = r + (h * moment) / p.yawInertia;

  const kinematicR = (nextVx * wheel.tan) / wheelbase;
  const kinematicVy = kinematicR * p.rear;
  const nextVy = blend * dynamicVy + (1 - blend) * kinematicVy;
  const nextR = blend * dynamicR + (1 - blend) * kinematicR;

  const heading = s[V.heading]!;
  const middle = heading + 0.5 * h * nextR;
  const cosMiddle = Math.cos(middle);
  const sinMiddle = Math.sin(middle);
  s[V.x] = s[V.x]! + h * (nextVx * cosMiddle - nextVy * sinMiddle);
  s[V.y] = s[V.y]! + h * (nextVx * sinMiddle + nextVy * cosMiddle);
  s[V.heading] = heading + h * nextR;
  s[V.vx] = nextVx;
  s[V.vy] = nextVy;
  s[V.yawRate] = nextR;
  s[V.steer] = steer;
  // Suspension takes about 0.1 s to move the load; also keeps the algebraic loop stable.
  s[V.ax] = s[V.ax]! + Math.min(1, h / 0.1) * ((nextVx - vx) / h - r * vy - s[V.ax]!);
}

/** What follows from the parameters alone, of the vehicle stepped last. */
const chassis = {
  of: undefined as VehicleParameters | undefined,
  wheelbase: 0,
  /** Newtons: in all, and per axle at rest. */
  weight: 0,
  restFront: 0,
  restRear: 0,
  /** B of the magic formula, 1/rad. */
  slope: 0,
};

function measure(p: VehicleParameters): void {
  chassis.of = p;
  chassis.wheelbase = p.front + p.rear;
  chassis.weight = p.mass * GRAVITY;
  chassis.restFront = (chassis.weight * p.rear) / chassis.wheelbase;
  chassis.restRear = (chassis.weight * p.front) / chassis.wheelbase;
  chassis.slope = p.stiffness / SHAPE;
}

/** Steering angle of the last substep, which seldom changes from one to the next. */
const wheel = { angle: 0, cos: 1, sin: 0, tan: 0 };

function turnWheel(angle: number): void {
  wheel.angle = angle;
  wheel.cos = Math.cos(angle);
  wheel.sin = Math.sin(angle);
  wheel.tan = Math.tan(angle);
}

/** Magic formula D sin(C atan(B α)), shrunk to what the friction ellipse leaves beside `drive`. */
function lateralForce(slope: number, grip: number, drive: number, slip: number): number {
  const used = drive / grip;
  const left = Math.sqrt(Math.max(0.01, 1 - used * used));
  return -grip * left * Math.sin(SHAPE * Math.atan(slope * slip));
}
