import { expect, test } from 'vitest';
import { rowMirror } from '../../../agent/reward/mirror.ts';
import { box, mirrorInto } from '../../../sim/spaces.ts';

const mirror = (from: number[], sign: number[]) => ({
  from: Int32Array.from(from),
  sign: Int8Array.from(sign),
});

test('[RWD-20] a row’s mirror is the observation’s, then the action’s', () => {
  const spec = {
    environmentId: 'x',
    // left and right distance in [0, 1], an unbounded heading
    observationSpace: box([0, 0, Number.NEGATIVE_INFINITY], [1, 1, Number.POSITIVE_INFINITY], {
      mirror: mirror([1, 0, 2], [1, 1, -1]),
    }),
    // a steering angle in other units than [-1, 1]: rows carry scaled actions
    actionSpace: box([-30, 0], [30, 5], { mirror: mirror([0, 1], [-1, 1]) }),
    controlDt: 0.1,
  };
  const space = rowMirror(spec)!;
  const row = Float32Array.of(0.25, 0.75, 2, 0.5, -0.5);
  const out = new Float32Array(5);
  mirrorInto(space, row, out, 0);
  expect([...out]).toEqual([0.75, 0.25, -2, -0.5, -0.5]);
  expect(rowMirror({ ...spec, actionSpace: box([-1], [1]) })).toBeUndefined();
});

test('[RWD-20] a number turns about the middle of its range', () => {
  const space = box([0], [1], { mirror: mirror([0], [-1]) });
  const out = new Float32Array(1);
  mirrorInto(space, Float32Array.of(0.2), out, 0);
  expect(out[0]).toBeCloseTo(0.8);
  expect(() => mirrorInto(box([0], [1]), out, out, 0)).toThrow(/space\.mirror/);
});
