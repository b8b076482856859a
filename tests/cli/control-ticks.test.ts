import { describe, expect, it } from 'vitest';
import { createTickMeter } from '../../cli/control-ticks.ts';
import { FLAG } from '../../server/protocol/index.ts';

/** Frames of steps 0, 1 … at these times, ms; 50 ms of simulated time each. */
function seen(times: readonly number[], change: (i: number) => object = () => ({})) {
  const meter = createTickMeter();
  for (const [i, sentAt] of times.entries())
    meter.see({
      flags: 0,
      episodeNumber: 1,
      step: i,
      time: 0.05 * i,
      sentAt,
      speed: 1,
      ...change(i),
    });
  return meter.result();
}

describe('control ticks', () => {
  it('[CLI-57] tells by how much steps come late, and how many by more than half a period', () => {
    const result = seen([0, 50, 104, 150, 230])!;
    expect(result.steps).toBe(4);
    expect(result.periodMs).toBeCloseTo(50, 9);
    expect(result.lateMs.median).toBeCloseTo(0, 9);
    expect(result.lateMs.p99).toBeCloseTo(30, 9);
    expect(result.lateMs.worst).toBeCloseTo(30, 9);
    expect(result.lateShare).toBe(0.25);
  });

  it('[CLI-57] measures by the speed at which the loop runs', () => {
    const result = seen([0, 25, 50], () => ({ speed: 2 }))!;
    expect(result.periodMs).toBeCloseTo(25, 9);
    expect(result.lateMs.worst).toBeCloseTo(0, 9);
  });

  it('[CLI-57] leaves out what does not follow: other episodes, lost frames, pauses and rewinds', () => {
    const changes: Record<number, object> = {
      1: { episodeNumber: 2 },
      2: { step: 7 },
      3: { step: 8, flags: FLAG.paused },
      4: { step: 9, flags: FLAG.jump },
    };
    expect(seen([0, 500, 1000, 1500, 2000], (i) => changes[i] ?? {})).toBeUndefined();
  });
});
