import { expect, test } from 'vitest';
import { createAppStore, reduce, type Status } from '../../trainer-ui/core/store.ts';
import { asksElsewhere } from '../../trainer-ui/live/request.ts';
import { byNeed, neighbour } from '../../trainer-ui/live/wall/order.ts';
import { stateWords } from '../../trainer-ui/live/wall/words.ts';

const status = (fields: Partial<Status>): Status =>
  ({
    type: 'status',
    state: 'running',
    controller: 'policy',
    request: 'none',
    ...fields,
  }) as Status;
const welcome = (lives?: number) => ({ type: 'welcome', runId: 'r', lives }) as never;

/** A page that was welcomed by a server with so many, and then told these. */
function page(lives: number, ...told: readonly Partial<Status>[]) {
  const store = createAppStore();
  store.setState((state) => reduce(state, welcome(lives)));
  for (const fields of told) store.setState((state) => reduce(state, status(fields)));
  return store;
}

test('[UI-70] the status is of the simulation in focus; the others are kept beside it', () => {
  const store = page(3, { live: 1, speed: 2 }, { speed: 1 }, { live: 2, speed: 4 });
  const { statuses, live, status: shown, wallOrder } = store.getState();
  expect(statuses.map((s) => s?.speed)).toEqual([1, 2, 4]);
  expect([live, shown?.speed, wallOrder]).toEqual([0, 1, [0, 1, 2]]);
  // A lost connection keeps the focus and the order, a server with fewer does not.
  store.setState({ live: 2, wallOrder: [2, 0, 1] });
  store.setState((state) => reduce(state, welcome(3)));
  expect(store.getState()).toMatchObject({ live: 2, wallOrder: [2, 0, 1] });
  store.setState((state) => reduce(state, welcome()));
  expect(store.getState()).toMatchObject({ live: 0, wallOrder: [0] });
});

test('[UI-70] tiles are sorted by who asks, then by risk, then by number', () => {
  const need = (live: number, risk: number, asks = false) => ({ live, risk, asks });
  const needs = [need(0, Number.NaN), need(1, 0.2), need(2, 0, true), need(3, 0.9), need(4, 0.2)];
  expect(byNeed(needs).map(({ live }) => live)).toEqual([2, 3, 1, 4, 0]);
});

test('[UI-70] the focus moves along the order that is on screen, round and round', () => {
  expect(neighbour([2, 0, 1], 2, 1)).toBe(0);
  expect(neighbour([2, 0, 1], 1, 1)).toBe(2);
  expect(neighbour([2, 0, 1], 2, -1)).toBe(1);
});

test('[UI-71] a call for help from a simulation out of focus names it', () => {
  const calling = { live: 1, request: 'take-over' } as const;
  expect(asksElsewhere(page(3, {}, calling).getState())).toBe(1);
  expect(
    asksElsewhere(page(3, {}, { ...calling, controller: 'human' }).getState()),
  ).toBeUndefined();
  expect(asksElsewhere(page(3, {}, { ...calling, live: 0 }).getState())).toBeUndefined();
});

test('[UI-70] a tile says in words how its simulation stands and who drives', () => {
  const words = (fields: Partial<Status>) => stateWords(status(fields), 'ada');
  expect(words({})).toBe('agent drives');
  expect(words({ controller: 'human', holder: 'ada' })).toBe('you drive');
  expect(words({ controller: 'human', holder: 'p1', holderName: 'Bob' })).toBe('Bob drives');
  expect(words({ request: 'take-over' })).toBe('asks for help');
  expect(words({ state: 'paused', request: 'take-over' })).toBe('paused');
  expect(words({ state: 'stopped', controller: 'safe' })).toBe('stopped');
  expect(stateWords(undefined, 'ada')).toBe('is getting ready');
});
