/**
 * A touch screen as a gamepad: which sticks, pedals and buttons an environment's controls need, and how they are
 * held. Sticks and pedals stand for inputs of the standard gamepad, so that they mean what a pad's mean; an axis
 * that no pad has gets a button per direction, which stands for its key.
 */
import type { ServerMessage } from '../../server/protocol/index.ts';
import type { GamepadState } from './axes.ts';

type AxisControl = Extract<ServerMessage, { type: 'welcome' }>['environment']['controls'][number];

/** An axis of the standard gamepad and what it moves. */
export interface StickAxis {
  readonly index: number;
  readonly what: string;
}

export interface StickLayout {
  readonly side: 'left' | 'right';
  readonly x?: StickAxis;
  readonly y?: StickAxis;
}

export interface PedalLayout {
  /** Of the standard gamepad. */
  readonly button: number;
  readonly what: string;
}

export interface PushLayout {
  /** `KeyboardEvent.code` that it stands for. */
  readonly code: string;
  readonly what: string;
}

export interface TouchLayout {
  readonly sticks: readonly StickLayout[];
  /** From left to right. */
  readonly pedals: readonly PedalLayout[];
  readonly pushes: readonly PushLayout[];
}

export function touchLayout(controls: readonly AxisControl[]): TouchLayout {
  const axes: StickAxis[] = [];
  const pedals: PedalLayout[] = [];
  const pushes: PushLayout[] = [];
  for (const { name, gamepad, positiveKeys, negativeKeys } of controls) {
    if (gamepad?.kind === 'stick') axes.push({ index: gamepad.index, what: name });
    else if (gamepad)
      pedals.push(
        { button: gamepad.negative, what: `${name} −` },
        { button: gamepad.positive, what: `${name} +` },
      );
    else
      for (const [code, sign] of [
        [negativeKeys[0], '−'],
        [positiveKeys[0], '+'],
      ])
        if (code) pushes.push({ code, what: `${name} ${sign}` });
  }
  const stick = (side: 'left' | 'right', first: number): StickLayout[] => {
    const x = axes.find(({ index }) => index === first);
    const y = axes.find(({ index }) => index === first + 1);
    return x || y ? [{ side, ...(x ? { x } : {}), ...(y ? { y } : {}) }] : [];
  };
  return { sticks: [...stick('left', 0), ...stick('right', 2)], pedals, pushes };
}

export interface Touch {
  /** undefined while no stick and no pedal is held. */
  readonly state: GamepadState | undefined;
  /** Codes of the keys whose buttons are held. */
  readonly held: ReadonlySet<string>;
  /** In [-1, 1]: right and down are positive, as on a pad. */
  setAxis(index: number, value: number): void;
  /** In [0, 1]. */
  setButton(index: number, value: number): void;
  setKey(code: string, isDown: boolean): void;
  /** How the device is tilted, as the left stick; undefined: it does not steer. Counts while a pedal or the grip is held. */
  setTilt(tilt: { readonly x: number; readonly y: number } | undefined): void;
  readonly tilt: { readonly x: number; readonly y: number } | undefined;
  /** A finger is on the grip, or off it. */
  setGrip(isHeld: boolean): void;
  /** Everything is let go, whatever fingers are still on the screen. */
  reset(): void;
  /** Called at once after a change. Returns its end. */
  listen(onChange: () => void): () => void;
}

export function createTouch(): Touch {
  const axes = [0, 0, 0, 0];
  const buttons = Array.from({ length: 17 }, () => 0);
  const held = new Set<string>();
  let tilt: Touch['tilt'];
  let hasGrip = false;
  let onChange: (() => void) | undefined;
  const isGripped = () => hasGrip || buttons.some((b) => b !== 0);
  return {
    get state() {
      const isTilted = tilt !== undefined && isGripped();
      const moved = isTilted ? axes.with(0, tilt!.x).with(1, tilt!.y) : axes;
      const isHeld = moved.some((a) => a !== 0) || buttons.some((b) => b !== 0);
      return isHeld ? { axes: moved, buttons } : undefined;
    },
    held,
    get tilt() {
      return tilt;
    },
    setTilt(next) {
      tilt = next;
      if (isGripped()) onChange?.();
    },
    setGrip(isHeld) {
      hasGrip = isHeld;
      onChange?.();
    },
    setAxis(index, value) {
      axes[index] = value;
      onChange?.();
    },
    setButton(index, value) {
      buttons[index] = value;
      onChange?.();
    },
    setKey(code, isDown) {
      if (isDown) held.add(code);
      else held.delete(code);
      onChange?.();
    },
    reset() {
      axes.fill(0);
      buttons.fill(0);
      hasGrip = false;
      held.clear();
    },
    listen(next) {
      onChange = next;
      return () => {
        onChange = undefined;
      };
    },
  };
}
