import { describe, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import type { LanePosition } from '../../../../sim/driving/map/contract.ts';
import type { RacetrackEnvironment } from '../../../../sim/driving/racetrack/task.ts';
import {
  GROUND_BETWEEN,
  generateTrack,
  MIN_RADIUS,
  type Track,
} from '../../../../sim/driving/racetrack/track.ts';
import { V } from '../../../../sim/driving/vehicle/vehicle.ts';

const racetrack = drivingEnvironments.find((f) => f.id === 'racetrack')!;
const create = async (options = {}) => (await racetrack.create(options)) as RacetrackEnvironment;
const WIDTH = 12;

function drive(env: RacetrackEnvironment, seed: number) {
  const expert = racetrack.createExpert!(env);
  const action = new Float32Array(2);
  let ts = env.reset(seed);
  let cost = 0;
  let progress = 0;
  while (ts.kind !== 'last') {
    expert.act(action);
    ts = env.step(action);
    cost += ts.info.cost;
    progress += ts.info.rewardTerms['progress']!;
  }
  return { ts, cost, progress };
}

/** Points on the centre line, `step` metres apart, with metres from the start. */
function samples(track: Track, step: number) {
  const point = new Float64Array(2);
  const out: { x: number; y: number; s: number }[] = [];
  track.lanes.forEach((lane, i) => {
    const pieces = Math.ceil(lane.length / step);
    for (let k = 0; k < pieces; k++) {
      const s = (lane.length * k) / pieces;
      lane.pointAt(s, 0, point);
      out.push({ x: point[0]!, y: point[1]!, s: track.offsets[i]! + s });
    }
  });
  return out;
}

describe('circuits', () => {
  it('[DRIVE-50] 2,000 seeds give closed, smooth loops that bend no tighter than 18 m', () => {
    const point = new Float64Array(2);
    for (let seed = 0; seed < 2000; seed++) {
      const { lanes } = generateTrack(seed, WIDTH);
      let turned = 0;
      lanes.forEach((lane, i) => {
        const next = lanes[(i + 1) % lanes.length]!;
        lane.pointAt(lane.length, 0, point);
        const gap = Math.hypot(point[0]! - next.startX, point[1]! - next.startY);
        expect(gap, `seed ${seed}, lane ${i}`).toBeLessThan(1e-6);
        const kink = Math.cos(lane.headingAt(lane.length) - next.startHeading);
        expect(kink, `seed ${seed}, lane ${i}`).toBeGreaterThan(1 - 1e-9);
        expect(Math.abs(lane.curvature)).toBeLessThanOrEqual(1 / MIN_RADIUS + 1e-9);
        turned += lane.curvature * lane.length;
      });
      expect(Math.abs(turned), `seed ${seed}`).toBeCloseTo(2 * Math.PI, 6);
    }
  });

  it('[DRIVE-51] no circuit comes near itself', () => {
    for (let seed = 0; seed < 60; seed++) {
      const track = generateTrack(seed, WIDTH);
      const list = samples(track, 2);
      let nearest = Number.POSITIVE_INFINITY;
      for (const a of list) {
        for (const b of list) {
          const along = Math.abs(a.s - b.s);
          if (Math.min(along, track.length - along) < Math.PI * MIN_RADIUS + 8) continue;
          nearest = Math.min(nearest, Math.hypot(a.x - b.x, a.y - b.y));
        }
      }
      expect(nearest, `seed ${seed}`).toBeGreaterThan(WIDTH + GROUND_BETWEEN - 1);
    }
  });
});

describe('racetrack', () => {
  it('[DRIVE-52] the planner drives clean laps on held-out circuits and beats its standing start', async () => {
    const env = await create();
    for (let seed = 1000; seed < 1010; seed++) {
      const { ts, cost } = drive(env, seed);
      const { laps, bestLap, lapTime } = ts.info.metrics;
      expect([cost, ts.info.endReason, ts.discount, ts.info.success]).toEqual([
        0,
        'horizon',
        1,
        true,
      ]);
      expect(laps, `seed ${seed}`).toBeGreaterThanOrEqual(4);
      expect(bestLap).toBeLessThanOrEqual(lapTime!);
      // A lap at 11 to 25 m/s on average.
      expect(env.task.track.length / bestLap!).toBeGreaterThan(11);
      expect(env.task.track.length / bestLap!).toBeLessThan(25);
    }
  });

  it('[DRIVE-53] laps are timed within the step; `laps` ends the race as a success', async () => {
    const env = await create({ laps: 2 });
    const { ts, progress } = drive(env, 3);
    const { metrics } = ts.info;
    expect([ts.info.endReason, ts.discount, metrics['laps']]).toEqual(['success', 0, 2]);
    // Two laps of progress, and up to a step more.
    const metres = progress / 0.1;
    expect(metres).toBeGreaterThanOrEqual(2 * env.task.track.length - 1e-6);
    expect(metres).toBeLessThan(2 * env.task.track.length + 4);
    const past = metrics['currentLap']!;
    expect(past).toBeGreaterThanOrEqual(0);
    expect(past).toBeLessThan(0.1);
    const speed = metrics['speed']!;
    expect(metres - 2 * env.task.track.length).toBeCloseTo(past * speed, 1);
  });

  it('[DRIVE-54] off the asphalt costs 1 and −1 a step; far off ends with −10', async () => {
    const env = await create();
    const straight = Float32Array.of(0, 0.6);
    let ts = env.reset(5);
    let off = 0;
    while (ts.kind !== 'last') {
      ts = env.step(straight);
      const at: LanePosition = env.task.position;
      const outside = Math.abs(at.lateral) > WIDTH / 2;
      expect(ts.info.cost).toBe(outside ? 1 : 0);
      if (outside && ts.kind !== 'last') expect(ts.info.rewardTerms['offTrack']).toBe(-1);
      if (outside) off++;
    }
    expect([ts.info.endReason, ts.discount]).toEqual(['offTrack', 0]);
    expect(ts.info.rewardTerms['offTrack']).toBe(-10);
    expect(ts.info.metrics['outOfRoad']).toBe(1);
    expect(off).toBeGreaterThan(1);

    const strict = await create({ offTrackEnds: true });
    ts = strict.reset(5);
    while (ts.kind !== 'last') ts = strict.step(straight);
    expect(Math.abs(strict.task.position.lateral)).toBeLessThan(WIDTH / 2 + 4);
  });

  it('[DRIVE-55] backwards over the line and forwards again is no lap', async () => {
    const env = await create({ trackSeed: 7 });
    let ts = env.reset(1);
    const { state, track } = env.task;
    const first = track.lanes[0]!;
    const point = new Float64Array(2);
    const put = (s: number) => {
      first.pointAt(s, 0, point);
      state[V.x] = point[0]!;
      state[V.y] = point[1]!;
      ts = env.step(Float32Array.of(0, -1));
      return ts.info.rewardTerms['progress']!;
    };
    expect(put(-6)).toBeCloseTo(-0.6, 6);
    expect(put(6)).toBeCloseTo(1.2, 6);
    expect(put(-6)).toBeCloseTo(-1.2, 6);
    expect(put(2)).toBeCloseTo(0.8, 6);
    expect(ts.info.metrics['laps']).toBe(0);
    expect(ts.info.success).toBe(false);
  });

  it('[DRIVE-25] refuses options outside their range by field, value and range', async () => {
    await expect(racetrack.create({ width: 2 })).rejects.toThrow(/width: is 2, allowed 6 to 20/);
    await expect(racetrack.create({ laps: -1 })).rejects.toThrow('laps: is -1');
  });
});
