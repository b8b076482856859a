import { expect, test } from 'vitest';
import { createEnvironment, listEnvironments } from '../../../sim/registry.ts';
import { createAxes, turnToView } from '../../../trainer-ui/core/axes.ts';
import { barOf, growsLeft } from '../../../trainer-ui/core/sides.ts';

const NO_BUTTONS = new Array<number>(17).fill(0);

/** The control that the arrow keys to the left and right move, where there is one. */
const sideways = listEnvironments().flatMap((factory) => {
  const control = factory.controls.find((c) =>
    [...c.positiveKeys, ...c.negativeKeys].includes('ArrowLeft'),
  );
  return control ? [{ id: factory.id, factory, control }] : [];
});

test('[UI-32] driving, parking, racing and the arms are moved to the left and right by arrow keys', () => {
  const ids = sideways.map(({ id }) => id);
  for (const id of ['driving', 'driving-easy', 'parking', 'racetrack', 'fetch-reach'])
    expect(ids).toContain(id);
});

test.each(sideways)(
  '[UI-32] $id: left is left for key, stick, bar and what moves',
  async ({ id, factory, control }) => {
    const env = await createEnvironment(id);
    const { low, high } = env.actionSpace;
    const [lows, highs] = [[...low], [...high]];
    const controls = factory.controls as never;
    const side = (axis: number, value: number) => {
      const { left, width } = barOf(value, lows[axis]!, highs[axis]!, growsLeft(control as never));
      expect(width).toBeGreaterThan(0);
      return left < 50 ? 'left' : 'right';
    };
    for (const [key, way] of [
      ['ArrowLeft', 'left'],
      ['ArrowRight', 'right'],
    ] as const) {
      const axes = createAxes(controls, lows, highs);
      const action = new Float32Array(env.actionSpace.size);
      env.reset(factory.trainSeeds.start);
      const [from, to, then] = [new Float32Array(3), new Float32Array(3), new Float32Array(3)];
      // Some way straight on first: that is the direction in which a car looks.
      const go = (keys: string[], steps: number) => {
        for (let i = 0; i < steps; i++) {
          axes.update(new Set(keys), undefined, env.controlDt);
          turnToView(axes, controls, lows, highs, 0, action);
          if (env.step(action).kind === 'last') return;
        }
      };
      env.writeAgentPosition(from);
      const drives = factory.family === 'driving';
      if (drives) go(['ArrowUp'], 10);
      env.writeAgentPosition(to);
      go(drives ? ['ArrowUp', key] : [key], drives ? 15 : 5);
      env.writeAgentPosition(then);
      expect(side(control.axis, axes.values[control.axis]!)).toBe(way);
      // An arm is looked at along the world's x.
      const [x, y] = drives ? [to[0]! - from[0]!, to[1]! - from[1]!] : [1, 0];
      const aside = x * (then[1]! - to[1]!) - y * (then[0]! - to[0]!);
      expect(aside > 0 ? 'left' : 'right').toBe(way);
      if (control.gamepad?.kind !== 'stick') continue;
      const pushed = [0, 0, 0, 0];
      pushed[control.gamepad.index] = key === 'ArrowLeft' ? -1 : 1;
      const stick = createAxes(controls, lows, highs);
      stick.update(new Set(), { axes: pushed, buttons: NO_BUTTONS }, env.controlDt);
      expect(side(control.axis, stick.values[control.axis]!)).toBe(way);
    }
    env.close();
  },
);
