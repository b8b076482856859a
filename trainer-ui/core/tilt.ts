/**
 * A phone or tablet that is tilted as a stick, where the browser tells how it is held. It moves nothing by itself: it counts
 * while a finger is on a pedal or on the grip (`touch.ts`).
 */
import type { Touch } from './touch.ts';

/** Degrees from upright: the right edge lower, and the upper edge nearer. */
export interface Lean {
  readonly right: number;
  readonly back: number;
}

/**
 * - `insecure`: browsers tell secure pages only;
 * - `none`: this browser tells nobody;
 * - `denied`: the person or the browser's settings said no;
 * - `silent`: it would, but there is no sensor that says anything.
 */
export type TiltTrouble = 'insecure' | 'none' | 'denied' | 'silent';
export type TiltState = 'off' | 'asking' | 'on' | TiltTrouble;

export interface Tilt {
  /** From now on; asks for leave where the browser wants that, so call it from a press. */
  start(): Promise<void>;
  stop(): void;
  /** As it is held now is straight on. */
  levelNow(): void;
}

/** Degrees from level at which the stick is at its end. */
const FULL = 30;
/** How long a sensor may take before it is told to be missing, ms; it may come later all the same. */
const PATIENCE = 5000;

const degrees = (sine: number) => (Math.asin(Math.max(-1, Math.min(1, sine))) * 180) / Math.PI;

/**
 * Which way is up, seen from the screen. `beta`, `gamma`: of `DeviceOrientationEvent`, degrees; `angle`: how far the
 * picture is turned against the device (`screen.orientation`), degrees.
 */
export function leanOf(beta: number, gamma: number, angle: number): Lean {
  const [b, g, a] = [beta, gamma, angle].map((d) => (d * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  // The third row of Rz(alpha) Rx(beta) Ry(gamma): the world's up in the device's axes.
  const [x, y] = [-Math.cos(b) * Math.sin(g), Math.sin(b)];
  const across = Math.cos(a) * x - Math.sin(a) * y;
  const along = Math.sin(a) * x + Math.cos(a) * y;
  return { right: -degrees(across), back: degrees(along) };
}

/** Right and down are positive, as on a pad; both in [-1, 1]. */
export function stickOf(lean: Lean, level: Lean): { readonly x: number; readonly y: number } {
  const share = (angle: number) => Math.max(-1, Math.min(1, angle / FULL));
  return { x: share(lean.right - level.right), y: share(lean.back - level.back) };
}

/** Degrees, of `DeviceOrientationEvent`. */
interface Held {
  readonly beta: number | null;
  readonly gamma: number | null;
}

/** Safari wants to be asked. */
interface Asks {
  readonly requestPermission?: () => Promise<string>;
}

/** The part of `window` that is used. */
export interface TiltWindow {
  readonly isSecureContext: boolean;
  readonly screen: { readonly orientation?: { readonly angle: number } };
  readonly DeviceOrientationEvent?: unknown;
  addEventListener(type: 'deviceorientation', listener: (held: Held) => void): void;
  removeEventListener(type: 'deviceorientation', listener: (held: Held) => void): void;
  setTimeout(does: () => void, ms: number): number;
  clearTimeout(timer: number | undefined): void;
}

export function createTilt(
  window: TiltWindow,
  touch: Pick<Touch, 'setTilt'>,
  tell: (state: TiltState) => void,
): Tilt {
  let lean: Lean | undefined;
  let level: Lean | undefined;
  let timer: number | undefined;
  let isWanted = false;

  function onOrientation({ beta, gamma }: Held): void {
    if (beta === null || gamma === null) return; // a browser without a sensor says nothing, once
    lean = leanOf(beta, gamma, window.screen.orientation?.angle ?? 0);
    if (!level) {
      level = lean;
      window.clearTimeout(timer);
      tell('on');
    }
    touch.setTilt(stickOf(lean, level));
  }

  function stop(): void {
    isWanted = false;
    window.clearTimeout(timer);
    window.removeEventListener('deviceorientation', onOrientation);
    lean = level = undefined;
    touch.setTilt(undefined);
    tell('off');
  }

  return {
    async start() {
      if (!window.isSecureContext) return tell('insecure');
      const asks = window.DeviceOrientationEvent as Asks | undefined;
      if (!asks) return tell('none');
      isWanted = true;
      tell('asking');
      const said = (await asks.requestPermission?.().catch(() => 'denied')) ?? 'granted';
      if (!isWanted) return;
      if (said !== 'granted') return tell('denied');
      window.addEventListener('deviceorientation', onOrientation);
      timer = window.setTimeout(() => tell('silent'), PATIENCE);
    },
    stop,
    levelNow() {
      if (!lean) return;
      level = lean;
      touch.setTilt(stickOf(lean, level)); // a device that lies still says nothing more
    },
  };
}
