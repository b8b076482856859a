import { describe, expect, it } from 'vitest';
import { armControls, gripperControl } from '../../../sim/robotics/tasks/arm/arm.ts';
import {
  createAxes,
  type GamepadState,
  turnFromView,
  turnToView,
} from '../../../trainer-ui/core/axes.ts';

const wire = (c: (typeof armControls)[number]) => ({
  ...c,
  positiveKeys: [...c.positiveKeys],
  negativeKeys: [...c.negativeKeys],
  paces: c.paces?.map((p) => ({ ...p, keys: [...p.keys] })),
});
const controls = [...armControls, gripperControl].map(wire);
const axes = () => createAxes(controls, [-1, -1, -1, -1], [1, 1, 1, 1]);

const pad = (y: number, buttons: Record<number, number> = {}): GamepadState => ({
  axes: [0, y, 0, 0],
  buttons: Array.from({ length: 16 }, (_, i) => buttons[i] ?? 0),
});

describe('[ROBOT-28] driving the arm by hand', () => {
  it.each([
    ['usual', [], 0.5],
    ['fine', ['ShiftLeft'], 0.15],
    ['fast', ['KeyC'], 1],
    ['fine before fast', ['KeyC', 'ShiftRight'], 0.15],
  ] as const)('%s pace', (_name, keys, reach) => {
    const arm = axes();
    arm.update(new Set(['KeyW', 'KeyD', ...keys]), undefined, 1);
    expect(arm.values[0]).toBeCloseTo(reach, 6);
    expect(arm.values[1]).toBeCloseTo(-reach, 6);
    expect(arm.active).toBe(3);
  });

  it('slows down at once, and a pace key alone takes no control', () => {
    const arm = axes();
    arm.update(new Set(['KeyW']), undefined, 1);
    arm.update(new Set(['KeyW', 'ShiftLeft']), undefined, 0.001);
    expect(arm.values[0]).toBeCloseTo(0.15, 6);
    arm.update(new Set(['ShiftLeft']), undefined, 1);
    expect(arm.active).toBe(0);
    expect(arm.values[0]).toBe(0);
  });

  it.each([
    ['along the world', 0, ['KeyW'], [0.5, 0]],
    ['a quarter to the left', Math.PI / 2, ['KeyW'], [0, 0.5]],
    ['left is left', Math.PI / 2, ['KeyA'], [-0.5, 0]],
    ['half round', Math.PI, ['KeyW', 'KeyA'], [-0.5, -0.5]],
    ['across', Math.PI / 4, ['KeyW', 'KeyC'], [Math.SQRT1_2, Math.SQRT1_2]],
    ['both at full, kept in range', Math.PI / 4, ['KeyW', 'KeyA', 'KeyC'], [0, 1]],
  ] as const)('turns to the view: %s', (_name, heading, keys, [x, y]) => {
    const arm = axes();
    arm.update(new Set(keys), undefined, 1);
    const out = new Float32Array(4);
    const [low, high] = [new Array(4).fill(-1), new Array(4).fill(1)];
    expect(turnToView(arm, controls, low, high, heading, out)).toBe(3);
    expect(out[0]).toBeCloseTo(x, 6);
    expect(out[1]).toBeCloseTo(y, 6);
  });

  it('paces the stick too, and leaves the gripper where it was', () => {
    const arm = axes();
    arm.update(new Set(['KeyE']), pad(-1), 1);
    expect([arm.values[0], arm.values[3]]).toEqual([0.5, 1]);
    arm.update(new Set(), pad(-1, { 4: 1 }), 1);
    expect(arm.values[0]).toBeCloseTo(0.15, 6);
    arm.update(new Set(), pad(-1, { 5: 1 }), 1);
    expect([arm.values[0], arm.values[3]]).toEqual([1, 1]);
  });
});

describe('[UI-76] a takeover begins with the executed action', () => {
  const executed = [-0.4, 0.3, 0, 0];

  it('by keys: the axis that is moved and the one that is not go on from it', () => {
    const arm = axes();
    arm.update(new Set(), undefined, 0.001, executed, executed);
    arm.update(new Set(['KeyW']), undefined, 0.001, executed, executed);
    expect(arm.values[0]).toBeGreaterThan(-0.4);
    expect(arm.values[0]).toBeLessThan(-0.3);
    expect(arm.values[1]).toBeLessThan(0.3);
    expect(arm.values[1]).toBeGreaterThan(0.2);
    arm.update(new Set(['KeyW']), undefined, 1, executed);
    expect([arm.values[0], arm.values[1]]).toEqual([0.5, 0]);
  });

  it('by a stick: it is caught up with, and followed at once from then on', () => {
    const arm = axes();
    arm.update(new Set(), pad(-1), 0.001, executed, executed);
    expect(arm.values[0]).toBeLessThan(-0.3);
    arm.update(new Set(), pad(-1), 1, executed);
    expect(arm.values[0]).toBe(0.5);
    arm.update(new Set(), pad(1), 0.01, executed);
    expect(arm.values[0]).toBe(-0.5);
  });

  it('whichever way the picture looks', () => {
    const arm = axes();
    const [low, high] = [new Array(4).fill(-1), new Array(4).fill(1)];
    const start = turnFromView(executed, controls, 2.1, new Float32Array(4));
    arm.update(new Set(['KeyE']), undefined, 0, executed, start);
    const out = new Float32Array(4);
    turnToView(arm, controls, low, high, 2.1, out);
    expect(out[0]).toBeCloseTo(-0.4, 5);
    expect(out[1]).toBeCloseTo(0.3, 5);
  });
});
