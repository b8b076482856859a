import { describe, expect, it } from 'vitest';
import {
  COMPACT_CAR,
  stepVehicle,
  V,
  VEHICLE_STATE_SIZE,
  type VehicleParameters,
} from '../../../../sim/driving/vehicle/vehicle.ts';
import { createRandom } from '../../../../sim/random.ts';

const CAR = COMPACT_CAR;
const WHEELBASE = CAR.front + CAR.rear;
const DT = 0.1;

function at(speed: number): Float64Array {
  const state = new Float64Array(VEHICLE_STATE_SIZE);
  state[V.vx] = speed;
  return state;
}

/** Yaw rate after `seconds` at constant steering, speed held by the throttle. */
function settle(speed: number, steer: number, seconds = 6): Float64Array {
  const state = at(speed);
  for (let t = 0; t < seconds; t += DT) {
    const throttle = Math.max(-1, Math.min(1, 2 * (speed - state[V.vx]!)));
    stepVehicle(CAR, state, steer / CAR.maxSteer, throttle, DT);
  }
  return state;
}

describe('vehicle against closed forms', () => {
  it('[DRIVE-1] turns in steady state as the linear single-track model says', () => {
    for (const speed of [6, 10, 15, 20]) {
      const state = settle(speed, 0.01);
      // Axles whose stiffness is proportional to load steer neutrally: r = v δ / L.
      const expected = (state[V.vx]! * 0.01) / WHEELBASE;
      expect(state[V.yawRate]! / expected, `at ${speed} m/s`).toBeGreaterThan(0.96);
      expect(state[V.yawRate]! / expected, `at ${speed} m/s`).toBeLessThan(1.04);
    }
  });

  it('[DRIVE-2] has an understeer gradient below 0.2 degrees per g in the linear range', () => {
    const slow = settle(6, 0.01);
    const fast = settle(18, 0.01);
    const gradient = (s: Float64Array) => 0.01 - (WHEELBASE * s[V.yawRate]!) / s[V.vx]!;
    const g = (s: Float64Array) => (s[V.yawRate]! * s[V.vx]!) / 9.81;
    const degreesPerG = (((gradient(fast) - gradient(slow)) / (g(fast) - g(slow))) * 180) / Math.PI;
    expect(Math.abs(degreesPerG)).toBeLessThan(0.2);
  });

  it('[DRIVE-3] stops in the distance that load transfer and grip allow', () => {
    const state = at(20);
    while (state[V.vx]! > 0) stepVehicle(CAR, state, 0, -1, DT);
    // Front brakes fully, rear at its grip: m a = B_f + μ (m g l_f − m a h) / L + c_r m g.
    const front = CAR.brakeForce * CAR.brakeFront;
    const rear = (CAR.friction * CAR.mass * 9.81 * CAR.front) / WHEELBASE;
    const rolling = CAR.rolling * CAR.mass * 9.81;
    const share = 1 + (CAR.friction * CAR.height) / WHEELBASE;
    const deceleration = (front + rear + rolling) / (CAR.mass * share);
    const distance = (20 * 20) / (2 * deceleration);
    expect(state[V.x]! / distance).toBeGreaterThan(0.95);
    expect(state[V.x]! / distance).toBeLessThan(1.05);
  });

  it('[DRIVE-4] cannot corner harder than its tyres grip', () => {
    for (const speed of [12, 20]) {
      const state = settle(speed, CAR.maxSteer);
      expect(state[V.vx]! * state[V.yawRate]!).toBeLessThan(1.05 * CAR.friction * 9.81);
    }
  });

  it('[DRIVE-5] stays finite and never gains energy from steering, 0 to 40 m/s', () => {
    const quick: VehicleParameters = { ...CAR, maxSpeed: 40 };
    const random = createRandom(7);
    for (let speed = 0; speed <= 40; speed += 2) {
      const state = at(speed);
      for (let i = 0; i < 200; i++) {
        stepVehicle(quick, state, random.uniform(-1, 1), 0, DT);
        const now = Math.hypot(state[V.vx]!, state[V.vy]!);
        expect(state.every(Number.isFinite), `from ${speed} m/s, step ${i}`).toBe(true);
        expect(now, `from ${speed} m/s, step ${i}`).toBeLessThanOrEqual(speed + 0.5);
      }
    }
  });

  it('[DRIVE-6] brakes to a standstill and stays there', () => {
    const state = at(8);
    for (let i = 0; i < 50; i++) stepVehicle(CAR, state, 0.3, -1, DT);
    const x = state[V.x]!;
    for (let i = 0; i < 50; i++) stepVehicle(CAR, state, 0.3, -1, DT);
    expect(state[V.vx]).toBe(0);
    expect(state[V.x]).toBe(x);
  });

  it('[DRIVE-7] starts from standstill with the wheel turned all the way', () => {
    const state = at(0);
    for (let i = 0; i < 10; i++) stepVehicle(CAR, state, 1, 1, DT);
    expect(state[V.vx]).toBeGreaterThan(1.5);
  });
});
