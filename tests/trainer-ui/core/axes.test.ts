import { describe, expect, it } from 'vitest';
import { armControls, gripperControl } from '../../../sim/robotics/tasks/arm/arm.ts';
import { createAxes, type GamepadState, turnToView } from '../../../trainer-ui/core/axes.ts';

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
