import { expect, test } from 'vitest';
import { createAxes } from '../../../trainer-ui/core/axes.ts';
import { createGamepads, type Pad, readPads } from '../../../trainer-ui/core/gamepads.ts';
import { createMemoryStore } from '../../../trainer-ui/core/key-store.ts';

const pad = (more: Partial<Pad> & { down?: Readonly<Record<number, number>> } = {}): Pad => {
  const { down = {}, ...rest } = more;
  const buttons = Array.from({ length: 17 }, (_, i) => ({ value: down[i] ?? 0 }));
  return {
    id: 'std',
    index: 0,
    connected: true,
    mapping: 'standard',
    axes: [0, 0, 0, 0],
    buttons,
    ...rest,
  };
};
const controls: Parameters<typeof createAxes>[0] = [
  {
    axis: 0,
    name: 'steering',
    positiveKeys: [],
    negativeKeys: [],
    attack: 1,
    release: 1,
    rest: 0,
    gamepad: { kind: 'stick', index: 0, sign: 1 },
  },
  {
    axis: 1,
    name: 'throttle',
    positiveKeys: [],
    negativeKeys: [],
    attack: 1,
    release: 1,
    rest: 0,
    gamepad: { kind: 'triggers', positive: 7, negative: 6 },
  },
];

/** What a pad does to the axes over a while. */
function drive(storage = createMemoryStore()) {
  const gamepads = createGamepads(storage);
  const axes = createAxes(controls, [-1, -1], [1, 1]);
  let now = 0;
  return {
    gamepads,
    hold(pads: readonly (Pad | null)[], ms = 100): number {
      for (const end = now + ms; now < end; now += 50)
        axes.update(new Set(), gamepads.read(pads, now), 0.05);
      return axes.active;
    },
    values: axes.values,
  };
}

test.each([
  ['a standard pad', pad()],
  ['a pad whose trigger axes rest at −1', pad({ mapping: '', axes: [0, 0, -1, 0, 0, -1] })],
  ['one whose first axis does', pad({ mapping: '', axes: [-1, 0, 0, 0] })],
  ['a worn stick', pad({ axes: [0.15, 0, 0, 0] })],
  ['a worn trigger', pad({ down: { 7: 0.2 } })],
])('[UI-3] %s that nobody touches does not take over', (_name, untouched) => {
  const { hold, gamepads } = drive();
  expect(hold([untouched], 10_000)).toBe(0);
  expect(gamepads.id).toBe('std');
});

test('[UI-10] a stick pushed when its pad appears drives, and rests when let go', () => {
  for (const push of [0.9, 0.4, -1]) {
    const { hold, values } = drive();
    expect(hold([pad({ axes: [push, 0, 0, 0] })])).toBe(1);
    expect(Math.sign(values[0]!)).toBe(Math.sign(push));
    expect(hold([pad()])).toBe(0);
  }
});

test('[UI-10] rest is learned: a worn stick reaches both ends, a wrong guess is mended in seconds', () => {
  const { hold, values } = drive();
  hold([pad({ axes: [0.2, 0, 0, 0] })]);
  expect(hold([pad({ axes: [1, 0, 0, 0] })])).toBe(1);
  expect(values[0]).toBeCloseTo(1);
  expect(hold([pad({ axes: [-1, 0, 0, 0] })])).toBe(1);
  expect(values[0]).toBeCloseTo(-1);
  expect(hold([pad({ axes: [0.2, 0, 0, 0] })])).toBe(0);
  const guessed = drive();
  guessed.hold([pad({ axes: [0.28, 0, 0, 0] })]); // held a little as the pad appeared
  expect(guessed.hold([pad()], 4000)).toBe(0);
  expect(guessed.hold([pad({ axes: [0.28, 0, 0, 0] })], 4000)).toBe(1);
});

test('[UI-10] the pad that is moved drives, whichever comes first', () => {
  const { hold, gamepads } = drive();
  const phantom = pad({ id: 'phantom', mapping: '' });
  const mine = (x: number) => pad({ id: 'mine', index: 1, axes: [x, 0, 0, 0] });
  expect(hold([phantom, mine(0.9)])).toBe(1);
  expect(gamepads.id).toBe('mine');
  expect(hold([phantom, mine(0)])).toBe(0);
  expect(gamepads.id).toBe('mine');
  expect(hold([pad({ id: 'phantom', mapping: '', axes: [-0.8, 0, 0, 0] }), mine(0)])).toBe(1);
  expect(gamepads.id).toBe('phantom');
  expect(hold([null, null])).toBe(0);
  expect(gamepads.id).toBeUndefined();
});

test('[UI-11] inputs of a pad without standard layout are mapped and remembered', () => {
  const storage = createMemoryStore();
  const sony = (axes: readonly number[]) => pad({ id: 'sony', mapping: '', axes });
  const { hold, gamepads } = drive(storage);
  expect(hold([sony([0, 0, 0, -1, 0, 0])])).toBe(0);
  expect(gamepads.isMapped).toBe(false);
  expect(gamepads.moved()).toBeUndefined();
  hold([sony([0, 0, 0, 1, 0, 0])]);
  expect(gamepads.moved()).toEqual({ kind: 'axis', index: 3, sign: 1 });
  gamepads.map('button 7', gamepads.moved()!);
  hold([sony([0, 0, 0, -1, 0, -1])]);
  gamepads.map('axis 0', { kind: 'axis', index: 5, sign: -1 });
  const later = drive(storage);
  expect(later.hold([sony([0, 0, 0, -1, 0, 0])])).toBe(0);
  expect(later.gamepads.isMapped).toBe(true);
  expect(later.hold([sony([0, 0, 0, 1, 0, -1])])).toBe(3);
  expect(later.values[0]).toBeCloseTo(1);
  expect(later.values[1]).toBeCloseTo(1);
  later.gamepads.forget();
  expect(later.gamepads.isMapped).toBe(false);
});

test('[UI-65] how an axis answers is remembered of its kind of pad, and forgotten with the mapping', () => {
  const storage = createMemoryStore();
  const { hold, gamepads, values } = drive(storage);
  expect(hold([pad({ axes: [0.1, 0, 0, 0] })])).toBe(0);
  gamepads.setFeel('axis 0', { deadZone: 0.05, curve: 1, invert: true });
  expect(hold([pad({ axes: [1, 0, 0, 0] })])).toBe(1);
  expect(values[0]).toBeCloseTo(-1);
  const later = drive(storage);
  expect(later.hold([pad()])).toBe(0);
  expect(later.hold([pad({ axes: [-1, 0, 0, 0] })])).toBe(1);
  expect(later.values[0]).toBeCloseTo(1);
  expect(later.hold([pad({ id: 'another', axes: [-1, 0, 0, 0] })])).toBe(1);
  expect(later.values[0]).toBeCloseTo(-1); // another kind has a memory of its own
  expect(later.hold([pad({ axes: [-1, 0, 0, 0], down: { 7: 1 } })])).toBe(3);
  expect(later.values[1]).toBeCloseTo(1); // the pedals are another source
  later.gamepads.map('button 7', { kind: 'button', index: 0 });
  expect(later.gamepads.inputOf('button 7')).toEqual({ kind: 'button', index: 0 });
  later.gamepads.forget();
  expect(later.gamepads.inputOf('button 7')).toEqual({ kind: 'button', index: 7 });
  expect(drive(storage).hold([pad({ axes: [0.1, 0, 0, 0] })])).toBe(0);
});

test('[UI-65] damaged feels are none', () => {
  for (const text of ['{', '[]', '{"std":{"axis 0":{"deadZone":9}}}', '{"std":3}']) {
    const storage = createMemoryStore();
    storage.setItem('reins-gamepad-feels', text);
    const { hold, values } = drive(storage);
    hold([pad({ axes: [1, 0, 0, 0] })]);
    expect(values[0]).toBeCloseTo(1);
  }
});

test('[UI-11] damaged mappings are none', () => {
  for (const text of ['{', '[]', '{"std":{"axis 0":3}}', 'null']) {
    const storage = createMemoryStore();
    storage.setItem('reins-gamepads', text);
    expect(drive(storage).hold([pad({ axes: [0.9, 0, 0, 0] })])).toBe(1);
  }
});

test('[UI-10] a browser that withholds gamepads is told apart from one without any', () => {
  const forbidden = {
    getGamepads: () => {
      throw new Error('SecurityError');
    },
  };
  const gamepads = createGamepads(createMemoryStore());
  const read = (navigator: Parameters<typeof readPads>[0], isSecure: boolean) =>
    readPads(navigator, isSecure, gamepads, 0);
  expect(read({ getGamepads: () => [null] }, true)).toEqual({ access: 'pads' });
  expect(read({ getGamepads: () => [pad()] }, true).state?.axes).toEqual([0, 0, 0, 0]);
  expect(read(forbidden, true)).toEqual({ access: 'forbidden' });
  expect(read(forbidden, false)).toEqual({ access: 'insecure' });
  expect(read({}, false)).toEqual({ access: 'insecure' });
});

test('[UI-10] a device that is no gamepad does not take the keys along', () => {
  const gamepads = createGamepads(createMemoryStore());
  for (const device of [
    { connected: true },
    { connected: true, axes: [1] },
    { connected: true, buttons: [] },
  ]) {
    const navigator = { getGamepads: () => [device as unknown as Pad] };
    expect(readPads(navigator, true, gamepads, 0)).toEqual({ access: 'pads' });
  }
});
