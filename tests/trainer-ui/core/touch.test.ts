import { expect, test } from 'vitest';
import { listEnvironments } from '../../../sim/registry.ts';
import { createAxes } from '../../../trainer-ui/core/axes.ts';
import { driveKeys } from '../../../trainer-ui/core/bindings.ts';
import { createTouch, touchLayout } from '../../../trainer-ui/core/touch.ts';

type Controls = Parameters<typeof touchLayout>[0];
const controlsOf = (id: string) =>
  listEnvironments().find((f) => f.id === id)!.controls as unknown as Controls;

test('[UI-41] a car has a stick to steer and two pedals', () => {
  expect(touchLayout(controlsOf('driving'))).toEqual({
    sticks: [{ side: 'left', x: { index: 0, what: 'steering' } }],
    pedals: [
      { button: 6, what: 'throttle −' },
      { button: 7, what: 'throttle +' },
    ],
    pushes: [],
  });
});

test.each(
  listEnvironments()
    .filter((f) => f.controls.length > 0)
    .map((f) => f.id),
)('[UI-41] %s: every axis is in reach of a finger, and moves both ways', (id) => {
  const controls = controlsOf(id);
  const { sticks, pedals, pushes } = touchLayout(controls);
  const [n, keys] = [Math.max(...controls.map((c) => c.axis)) + 1, driveKeys(controls)];
  const [low, high] = [Array(n).fill(-1), Array(n).fill(1)];
  const moved = new Set<string>();
  const press = (hold: (touch: ReturnType<typeof createTouch>) => void) => {
    const [touch, axes] = [createTouch(), createAxes(controls, low, high)];
    hold(touch);
    axes.update(touch.held, touch.state, 0.05);
    for (const { axis, rest } of controls)
      if (axes.values[axis] !== rest) moved.add(`${axis} ${Math.sign(axes.values[axis]! - rest)}`);
  };
  for (const { x, y } of sticks)
    for (const axis of [x, y])
      for (const value of axis ? [-1, 1] : []) press((t) => t.setAxis(axis!.index, value));
  for (const { button } of pedals) press((t) => t.setButton(button, 1));
  for (const { code } of pushes) {
    expect(keys).toContain(code);
    press((t) => t.setKey(code, true));
  }
  const wanted = controls.flatMap(({ axis }) => [`${axis} -1`, `${axis} 1`]);
  expect([...moved].sort()).toEqual(wanted.sort());
});

test('[UI-41] what is let go is let go, one finger at a time or all at once', () => {
  const touch = createTouch();
  let changes = 0;
  const end = touch.listen(() => changes++);
  touch.setAxis(0, 0.5);
  touch.setButton(7, 1);
  touch.setAxis(0, 0);
  expect(touch.state?.buttons[7]).toBe(1);
  touch.setButton(7, 0);
  expect(touch.state).toBeUndefined();
  touch.setKey('KeyY', true);
  expect([...touch.held]).toEqual(['KeyY']);
  touch.setAxis(1, -1);
  touch.reset();
  expect(touch.state).toBeUndefined();
  expect(touch.held.size).toBe(0);
  expect(changes).toBe(6);
  end();
  touch.setAxis(0, 1);
  expect(changes).toBe(6);
});
