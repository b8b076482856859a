import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drivingEnvironments } from '../../../sim/driving/index.ts';
import { createAxes } from '../../../trainer-ui/core/axes.ts';

const { controls } = drivingEnvironments.find((factory) => factory.id === 'driving')!;
const create = () => createAxes(controls as never, [-1, -1], [1, 1]);
const held = (...keys: string[]) => new Set(keys);

test('[UI-2] a held key ramps its axis up and stops at the end; the other stays free', () => {
  const axes = create();
  axes.update(held('ArrowLeft'), undefined, 0.1);
  expect(axes.values[0]).toBeGreaterThan(0);
  expect(axes.values[0]).toBeLessThan(1);
  expect(axes.active).toBe(1);
  for (let i = 0; i < 50; i++) axes.update(held('ArrowLeft'), undefined, 0.1);
  expect([...axes.values]).toEqual([1, 0]);
});

test('[UI-2] let go: the axis is free at once and its value runs back to rest', () => {
  const axes = create();
  for (let i = 0; i < 20; i++) axes.update(held('KeyW', 'KeyD'), undefined, 0.1);
  expect([...axes.values]).toEqual([-1, 1]);
  axes.update(held(), undefined, 0.1);
  expect(axes.active).toBe(0);
  for (let i = 0; i < 20; i++) axes.update(held(), undefined, 0.1);
  expect([...axes.values]).toEqual([0, 0]);
});

test('[UI-2] both directions at once hold the axis at rest, and still count as holding it', () => {
  const axes = create();
  for (let i = 0; i < 20; i++) axes.update(held('ArrowLeft', 'ArrowRight'), undefined, 0.1);
  expect(axes.values[0]).toBe(0);
  expect(axes.active & 1).toBe(1);
});

test('[UI-3] a stick inside its dead zone does not take over, outside it does', () => {
  const axes = create();
  const buttons = new Array<number>(16).fill(0);
  axes.update(held(), { axes: [0.1, 0, 0, 0], buttons }, 0.1);
  expect(axes.active).toBe(0);
  axes.update(held(), { axes: [-1, 0, 0, 0], buttons }, 0.1);
  expect(axes.active).toBe(1);
  expect(axes.values[0]).toBeCloseTo(1); // stick to the left, steering to the left
  buttons[7] = 1;
  axes.update(held(), { axes: [0, 0, 0, 0], buttons }, 0.1);
  expect(axes.values[1]).toBeCloseTo(1); // right trigger, throttle
});

test('[UI-2] whatever is pressed, values stay in range and finite', () => {
  const keys = controls.flatMap((c) => [...c.positiveKeys, ...c.negativeKeys]);
  const press = fc.record({
    keys: fc.subarray(keys),
    stick: fc.double({ min: -1, max: 1, noNaN: true }),
    dt: fc.double({ min: 0, max: 0.2, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(press, { maxLength: 40 }), (presses) => {
      const axes = create();
      for (const p of presses) {
        const pad = { axes: [p.stick, 0, 0, 0], buttons: new Array<number>(16).fill(0) };
        axes.update(new Set(p.keys), pad, p.dt);
        for (const value of axes.values) {
          expect(Number.isFinite(value)).toBe(true);
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('[UI-107] a hand uses no more of an axis than its limit, by keys and stick, whatever the takeover began with', () => {
  const press = fc.record({
    keys: fc.subarray(controls.flatMap((c) => [...c.positiveKeys, ...c.negativeKeys])),
    stick: fc.double({ min: -1, max: 1, noNaN: true }),
    dt: fc.double({ min: 0, max: 0.2, noNaN: true }),
  });
  const limit = fc.double({ min: 0.1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(press, { maxLength: 40 }), limit, (presses, most) => {
      const axes = createAxes(controls as never, [-1, -1], [1, 1], ({ axis }) =>
        axis === 0 ? most : 1,
      );
      for (const { keys, stick, dt } of presses) {
        axes.update(
          held(...keys),
          { axes: [stick, 0, 0, 0], buttons: new Array<number>(16).fill(0) },
          dt,
          undefined,
          [1, 1],
        );
        if (axes.active & 1) expect(Math.abs(axes.values[0]!)).toBeLessThanOrEqual(most + 1e-6);
      }
    }),
  );
  const free = createAxes(controls as never, [-1, -1], [1, 1], ({ axis }) =>
    axis === 0 ? 0.5 : 1,
  );
  for (let i = 0; i < 50; i++) free.update(held('ArrowLeft', 'ArrowUp'), undefined, 0.1);
  expect([...free.values]).toEqual([0.5, 1]);
});
