import { describe, expect, it } from 'vitest';
import { createAxes } from '../../../trainer-ui/core/axes.ts';

const servo = (axis: number, up: string, down: string) => ({
  axis,
  name: `joint ${axis}`,
  positiveKeys: [up],
  negativeKeys: [down],
  attack: 1,
  release: 8,
  rest: 0,
  holds: true,
  gamepad: { kind: 'stick' as const, index: axis, sign: 1 as const },
});
const create = () =>
  createAxes([servo(0, 'KeyQ', 'KeyA'), servo(1, 'KeyW', 'KeyS')], [-3, -2], [3, -0.5]);

describe('[CTRL-19] axes that are positions', () => {
  it('move on from where they are, not from rest, and stay where a key leaves them', () => {
    const axes = create();
    axes.update(new Set(['KeyQ']), undefined, 0.1, [1.8, -1.5]);
    expect(axes.values[0]).toBeCloseTo(1.9, 5);
    expect(axes.active).toBe(1);
    axes.update(new Set(['KeyQ']), undefined, 0.1, [1.8, -1.5]); // the picture is a little late
    expect(axes.values[0]).toBeCloseTo(2, 5);
    axes.update(new Set(), undefined, 0.1, [1.95, -1.5]);
    expect(axes.active).toBe(0);
    axes.update(new Set(), undefined, 0.1, [1.95, -1.5]);
    expect(axes.values[0]).toBeCloseTo(1.95, 5);
  });

  it('stop at the ends of their range, and both keys hold them', () => {
    const axes = create();
    axes.update(new Set(['KeyW', 'KeyA']), undefined, 9, [0, -1]);
    expect([...axes.values]).toEqual([-3, -0.5]);
    axes.update(new Set(['KeyW', 'KeyS']), undefined, 1, [0, -1]);
    expect(axes.values[1]).toBe(-0.5);
    expect(axes.active).toBe(2);
  });

  it('move as fast as the stick is pushed', () => {
    const axes = create();
    axes.update(new Set(), { axes: [-1, 0], buttons: [] }, 0.5, [1, -1]);
    expect(axes.values[0]).toBeCloseTo(0.5, 5);
    expect(axes.active).toBe(1);
  });
});
