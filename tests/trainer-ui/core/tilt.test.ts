import { expect, test } from 'vitest';
import { createTilt, leanOf, stickOf, type TiltWindow } from '../../../trainer-ui/core/tilt.ts';
import { createTouch } from '../../../trainer-ui/core/touch.ts';

const LEVEL = { right: 0, back: 0 };

test('[UI-106] the lower edge is where it steers to, whichever way the picture is turned', () => {
  const lean = (beta: number, gamma: number, angle: number) => {
    const { right, back } = leanOf(beta, gamma, angle);
    return [Math.round(right) || 0, Math.round(back) || 0]; // no −0
  };
  expect(lean(0, 20, 0)).toEqual([20, 0]); // flat, its right edge down
  expect(lean(40, 0, 0)).toEqual([0, 40]); // its upper edge up, towards the person
  expect(lean(0, 20, 180)).toEqual([-20, 0]);
  // On its side, held like a wheel: the picture is turned by 90 or 270 degrees.
  expect(lean(-15, 0, 90)).toEqual([-15, 0]);
  expect(lean(15, 0, 90)).toEqual([15, 0]);
  expect(lean(15, 0, 270)).toEqual([-15, 0]);
  // Upright as a wheel and turned to the right by 30 degrees: gravity along the edges alone.
  expect(lean(30, -90, 90)).toEqual([30, 60]);
});

test('[UI-106] the stick is at its end at 30 degrees from level, on both sides', () => {
  expect(stickOf({ right: 15, back: -60 }, LEVEL)).toEqual({ x: 0.5, y: -1 });
  expect(stickOf({ right: 15, back: 40 }, { right: 15, back: 40 })).toEqual({ x: 0, y: 0 });
});

/** A device and its browser, by hand. */
function device(more: Partial<TiltWindow> = {}) {
  let listener: ((event: object) => void) | undefined;
  let late: (() => void) | undefined;
  const window = {
    isSecureContext: true,
    screen: { orientation: { angle: 0 } },
    DeviceOrientationEvent: {},
    addEventListener: (_: string, next: (event: object) => void) => {
      listener = next;
    },
    removeEventListener: () => {
      listener = undefined;
    },
    setTimeout: (does: () => void) => {
      late = does;
      return 1;
    },
    clearTimeout: () => {
      late = undefined;
    },
    ...more,
  } as TiltWindow;
  const touch = createTouch();
  const states: string[] = [];
  const tilt = createTilt(window, touch, (state) => states.push(state));
  const turn = (beta: number | null, gamma: number | null) => listener?.({ beta, gamma });
  return { tilt, touch, states, turn, wait: () => late?.() };
}

test('[UI-106] tilting moves nothing until a finger is on a pedal or on the grip, and level is as it was held', async () => {
  const { tilt, touch, states, turn } = device();
  await tilt.start();
  turn(null, null);
  turn(40, 5);
  expect(states).toEqual(['asking', 'on']);
  turn(40, 45);
  expect(touch.state).toBeUndefined();
  touch.setGrip(true);
  expect(touch.state!.axes[0]).toBeGreaterThan(0.5);
  tilt.levelNow();
  expect(touch.state).toBeUndefined();
  touch.setGrip(false);
  turn(40, 5);
  touch.setButton(7, 1);
  expect(touch.state!.axes[0]).toBeLessThan(-0.5);
  touch.reset();
  expect(touch.state).toBeUndefined();
  touch.setGrip(true);
  tilt.stop();
  expect([states.at(-1), touch.state]).toEqual(['off', undefined]);
});

test('[UI-106] where it cannot steer it says why', async () => {
  const said = async (more: object) => {
    const { tilt, states, wait } = device(more as Partial<TiltWindow>);
    await tilt.start();
    wait();
    return states.at(-1);
  };
  const asks = (answer: Promise<string>) => ({
    DeviceOrientationEvent: { requestPermission: () => answer },
  });
  expect(await said({ isSecureContext: false })).toBe('insecure');
  expect(await said({ DeviceOrientationEvent: undefined })).toBe('none');
  expect(await said(asks(Promise.resolve('denied')))).toBe('denied');
  expect(await said(asks(Promise.reject(new Error('no gesture'))))).toBe('denied');
  expect(await said(asks(Promise.resolve('granted')))).toBe('silent');
  // A sensor that comes late is heard all the same.
  const { tilt, states, wait, turn } = device();
  await tilt.start();
  wait();
  turn(0, 0);
  expect(states).toEqual(['asking', 'silent', 'on']);
});
