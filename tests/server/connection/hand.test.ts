import { expect, it } from 'vitest';
import { FROZEN_SECONDS, Hand } from '../../../server/connection/hand.ts';
import {
  isUrgent,
  letsGo,
  looksUrgent,
  refusedToOnlookers,
} from '../../../server/connection/precedence.ts';
import {
  type ControlInput,
  clientMessageSchema,
  encodeInput,
} from '../../../server/protocol/index.ts';

const input = (step: number, activeAxes = 1, sentAt = 0): ControlInput => ({
  sequence: 1,
  live: 0,
  episodeNumber: 1,
  step,
  sentAt,
  activeAxes,
  values: Float32Array.of(0.5),
});
const at = (step: number) => ({ step, controlDt: 0.1 });
const FROZEN = FROZEN_SECONDS * 1000;

it('[CTRL-17] a client that was frozen with a key held drives again only once it let go', () => {
  const hand = new Hand();
  expect(hand.judge(input(10), 0, at(10)).kind).toBe('drives');
  expect(hand.judge(input(11), 100, at(11)).kind).toBe('drives');
  const thawed = 101 + FROZEN;
  expect(hand.judge(input(40), thawed, at(40))).toEqual({ kind: 'frozen', isNews: true });
  expect(hand.judge(input(41), thawed + 50, at(41))).toEqual({ kind: 'frozen', isNews: false });
  expect(hand.judge(input(42, 0), thawed + 100, at(42)).kind).toBe('lets-go');
  expect(hand.judge(input(43), thawed + 150, at(43)).kind).toBe('drives');
});

it('[CTRL-17] who had let go may come back after any time, and a jittery line is not frozen', () => {
  const hand = new Hand();
  hand.judge(input(10), 0, at(10));
  expect(hand.judge(input(19), FROZEN - 100, at(19)).kind).toBe('drives');
  hand.judge(input(20, 0), FROZEN, at(20));
  expect(hand.judge(input(90), 9 * FROZEN, at(90)).kind).toBe('drives');
});

it('[CTRL-15] an input for too old a picture does not take the wheel', () => {
  const hand = new Hand();
  expect(hand.judge(input(30), 0, at(30))).toEqual({ kind: 'drives', seen: 30 });
  expect(hand.judge(input(30), 50, at(36)).kind).toBe('stale');
  expect(hand.judge(input(0), 100, at(37)).kind).toBe('stale');
});

it('[CTRL-15] a client that does not say steps is judged by its silence and by its clock', () => {
  const hand = new Hand();
  expect(hand.judge(input(0), 0, at(500))).toEqual({
    kind: 'drives',
    seen: Number.POSITIVE_INFINITY,
  });
  expect(hand.judge(input(0), 1 + FROZEN, at(520)).kind).toBe('frozen');

  // A clock that is an hour off, and inputs that a stalled line delivers together.
  const clock = new Hand();
  const hour = 3_600_000;
  expect(clock.judge(input(0, 1, hour), 300, at(500)).kind).toBe('drives');
  expect(clock.judge(input(0, 1, hour + 100), 900, at(506)).kind).toBe('drives');
  expect(clock.judge(input(0, 1, hour + 200), 1001, at(507)).kind).toBe('stale');
  expect(clock.judge(input(0, 1, hour + 700), 1001, at(507)).kind).toBe('drives');
});

it('[CTRL-18] stop and pause are known in any spelling of the JSON, and nothing else is', () => {
  const urgent = (text: string) =>
    looksUrgent(text) && isUrgent(clientMessageSchema.parse(JSON.parse(text)));
  expect(urgent('{"type":"control","id":"a","action":"estop"}')).toBe(true);
  expect(urgent('{ "action" : "pause", "id":"a",\n"type":"control" }')).toBe(true);
  expect(urgent('{"type":"control","id":"pause","action":"play"}')).toBe(false);
  expect(urgent('{"type":"ping","sentAt":1}')).toBe(false);
  expect(looksUrgent(`{"type":"control","id":"a","action":"estop","x":"${'x'.repeat(999)}"}`)).toBe(
    false,
  );
});

it('[CTRL-18] letting go is known from its bytes; damaged and driving inputs are not', () => {
  expect(letsGo(encodeInput(input(3, 0)))).toBe(true);
  expect(letsGo(encodeInput(input(3, 1)))).toBe(false);
  expect(letsGo(encodeInput(input(3, 0)).slice(0, 20))).toBe(false);
  expect(letsGo(new ArrayBuffer(0))).toBe(false);
  expect(letsGo(new ArrayBuffer(60_000))).toBe(false);
});

it('[CTRL-20] onlookers may stop, pause and play on; the rest is refused in words with who drives', () => {
  for (const action of ['estop', 'pause', 'play', 'overlays'] as const)
    expect(refusedToOnlookers(action, 'ada')).toBeUndefined();
  for (const action of ['step', 'reset', 'speed', 'rewind', 'release-to'] as const)
    expect(refusedToOnlookers(action, 'ada')).toMatch(/ada is driving.*stop and pause, not /);
});
