import { expect, test } from 'vitest';
import { FEEL_RANGE, isFeel, respond, USUAL } from '../../../trainer-ui/core/feel.ts';
import { curvePath } from '../../../trainer-ui/live/controls/curve-path.ts';
import { inputWords } from '../../../trainer-ui/live/controls/input-words.ts';

const FEELS = [
  USUAL,
  { deadZone: 0.02, curve: 1, invert: false },
  { deadZone: 0.3, curve: 2.4, invert: false },
  { deadZone: 0.5, curve: 3, invert: true },
];

test.each(FEELS)(
  '[UI-65] %o: nothing in the dead zone, no step behind it, both ends reached',
  (feel) => {
    const sign = feel.invert ? -1 : 1;
    expect(respond(feel.deadZone, feel)).toBe(0);
    expect(Math.abs(respond(feel.deadZone + 1e-6, feel))).toBeLessThan(1e-4);
    expect(respond(1, feel)).toBe(sign);
    expect(respond(-1, feel)).toBe(-sign);
    expect(respond(1.2, feel)).toBe(sign); // pads go a little beyond
    let last = 0;
    for (let travel = feel.deadZone; travel <= 1; travel += 0.01) {
      const value = sign * respond(travel, feel);
      expect(value).toBeGreaterThanOrEqual(last);
      expect(sign * respond(-travel, feel)).toBeCloseTo(-value, 10);
      last = value;
    }
  },
);

test('[UI-65] a curve is finer around the middle', () => {
  const straight = respond(0.5, { deadZone: 0, curve: 1, invert: false });
  expect(straight).toBeCloseTo(0.5);
  expect(respond(0.5, { deadZone: 0, curve: 2, invert: false })).toBeCloseTo(0.25);
});

test('[UI-65] the picture of a curve goes through its own ends and rests in the dead zone', () => {
  const points = curvePath({ deadZone: 0.25, curve: 2, invert: true }).slice(1).split('L');
  expect([points[0], points.at(-1)]).toEqual(['4.0 4.0', '96.0 96.0']);
  expect(points.filter((point) => point.endsWith(' 50.0')).length).toBe(17); // ±0.25 of 65 points
});

test('[UI-65] what is remembered has to be a feel', () => {
  for (const feel of FEELS) expect(isFeel(feel)).toBe(true);
  const { deadZone } = FEEL_RANGE;
  for (const damaged of [
    null,
    3,
    {},
    { ...USUAL, deadZone: deadZone[0] / 2 },
    { ...USUAL, deadZone: Number.NaN },
    { ...USUAL, curve: '2' },
    { ...USUAL, invert: 1 },
  ])
    expect(isFeel(damaged)).toBe(false);
});

test('[UI-65] inputs are called as the live picture numbers them', () => {
  expect(inputWords({ kind: 'axis', index: 3, sign: -1 })).toBe('axis 3 −');
  expect(inputWords({ kind: 'axis', index: 0, sign: 1 })).toBe('axis 0');
  expect(inputWords({ kind: 'button', index: 7 })).toBe('button 7');
});
