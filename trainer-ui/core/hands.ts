/** What people drive by here, beside keys. */
import { createGamepads, type Gamepads } from './gamepads.ts';
import { createKeyLatency, type KeyLatency } from './key-latency.ts';
import type { KeyStore } from './key-store.ts';
import { createLimits, type Limits } from './limits.ts';
import type { AppStore } from './store.ts';
import { createTilt, type Tilt, type TiltWindow } from './tilt.ts';
import { createTouch, type Touch } from './touch.ts';

export interface Hands {
  readonly gamepads: Gamepads;
  readonly keyLatency: KeyLatency;
  readonly limits: Limits;
  /** Sticks and pedals on the screen. */
  readonly touch: Touch;
  /** Tilting the device steers, where somebody wants that. */
  readonly tilt: Tilt;
}

export function createHands(window: TiltWindow, storage: KeyStore, store: AppStore): Hands {
  const touch = createTouch();
  return {
    gamepads: createGamepads(storage),
    keyLatency: createKeyLatency(),
    limits: createLimits(storage),
    touch,
    tilt: createTilt(window, touch, (tilt) => store.setState({ tilt })),
  };
}
