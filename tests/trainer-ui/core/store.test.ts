import { expect, test } from 'vitest';
import type { MetricsPoint, ServerMessage } from '../../../server/protocol/index.ts';
import { createAppStore, mergeMetrics, reduce } from '../../../trainer-ui/core/store.ts';
import { binsOf } from '../../../trainer-ui/learning/reliability.ts';

const after = (...messages: unknown[]) => {
  const store = createAppStore();
  for (const message of messages)
    store.setState(reduce(store.getState(), message as ServerMessage));
  return store.getState();
};
const query = (id: string) => ({ type: 'query', query: { id, kind: 'compare', segments: [] } });

test('[UI-6] a question comes once, and goes when it expires', () => {
  const state = after(query('a'), query('b'), query('a'), { type: 'query-expired', queryId: 'a' });
  expect(state.queries.map((q) => q.id)).toEqual(['b']);
});

test('[SRV-41] urgent questions go before those that wait, never before the one on screen', () => {
  const urgent = (id: string) => ({ type: 'query', query: { id, segments: [], urgent: true } });
  let state = { ...after(query('a'), query('b')), shownQuery: 'a' };
  for (const message of [urgent('u'), query('c'), urgent('v')])
    state = { ...state, ...reduce(state, message as unknown as ServerMessage) } as typeof state;
  expect(state.queries.map((q) => q.id)).toEqual(['a', 'u', 'v', 'b', 'c']);
});

test('[CTRL-17] a page that must let go first does not say that its person drives', () => {
  const state = { ...createAppStore().getState(), driving: true };
  const refusal = { type: 'error', code: 'let-go-first', message: '' } as ServerMessage;
  expect(reduce(state, refusal)).toMatchObject({ driving: false, mustLetGo: true });
});

test('[UI-75] control that was taken from this page is not kept: by a stop, a rewind, another driver', () => {
  const drives = { type: 'status', state: 'running', controller: 'human' };
  const two = [undefined, undefined];
  const latched = { ...after(drives), statuses: two, driving: true, latched: true };
  const next = (message: object) => reduce(latched, message as ServerMessage).latched ?? true;
  expect(next({ ...drives, state: 'stopped', controller: 'safe' })).toBe(false);
  expect(next({ ...drives, state: 'paused', controller: 'policy' })).toBe(false);
  expect(next({ type: 'error', code: 'control-taken', message: '' })).toBe(false);
  expect(next({ type: 'error', code: 'let-go-first', message: '' })).toBe(false);
  expect(next({ ...drives, state: 'paused' })).toBe(true);
  expect(next({ ...drives, live: 1, state: 'stopped', controller: 'safe' })).toBe(true);
});

test('[UI-6] a duplicate acknowledgement is not counted twice', () => {
  const ack = { type: 'ack', feedbackId: 'f', duplicate: false };
  expect(after(ack, { ...ack, duplicate: true }).acknowledged).toBe(1);
});

test('[UI-6] an alert is replaced by its newer state and goes when it is cleared', () => {
  const alert = { type: 'alert', id: 'disk', severity: 'warning', message: 'nearly full' };
  const worse = { ...alert, severity: 'error', message: 'full' };
  expect(after(alert, worse).alerts.map((a) => a.message)).toEqual(['full']);
  expect(after(alert, { ...alert, severity: 'cleared' }).alerts).toEqual([]);
});

test('[UI-7] history that arrives late is merged by time, without doubles', () => {
  const point = (time: number) => ({ time, values: {} }) as unknown as MetricsPoint;
  const merged = mergeMetrics([point(3), point(4)], [point(1), point(2), point(3)]);
  expect(merged.map((p) => p.time)).toEqual([1, 2, 3, 4]);
});

test('[UI-21] the reliability diagram shows the newest bins, and none once a report has none', () => {
  const point = (time: number, values: object) =>
    ({ type: 'metrics', points: [{ time, values }] }) as const;
  const bin = (i: number, accuracy: number) => ({
    [`reward/reliability/${i}/confidence`]: 0.6 + i / 10,
    [`reward/reliability/${i}/accuracy`]: accuracy,
    [`reward/reliability/${i}/count`]: 12,
  });
  const two = after(point(1, bin(0, 0.5)), point(2, { ...bin(0, 0.4), ...bin(1, 0.9) }));
  expect(binsOf(two.metrics)).toEqual([
    { confidence: 0.6, accuracy: 0.4, count: 12 },
    { confidence: 0.7, accuracy: 0.9, count: 12 },
  ]);
  expect(binsOf(after(point(1, bin(0, 0.5)), point(2, {})).metrics)).toEqual([]);
  expect(binsOf([])).toEqual([]);
});

test('[SRV-42] the question on screen stays, also when the server withdraws it or the connection was lost', () => {
  const expired = { type: 'query-expired', queryId: 'a' } as ServerMessage;
  const of = (runId: string) =>
    ({ type: 'query', query: { id: 'a', runId, kind: 'compare', segments: [] } }) as never;
  const welcome = (runId: string) => ({ type: 'welcome', runId }) as ServerMessage;
  const shown = { ...after(of('r'), query('b')), shownQuery: 'a' };
  const ids = (message: ServerMessage) =>
    (reduce(shown, message).queries ?? shown.queries).map((q) => q.id);
  expect(ids(expired)).toEqual(['a', 'b']);
  expect(ids({ ...expired, queryId: 'b' } as ServerMessage)).toEqual(['a']);
  expect(ids(welcome('r'))).toEqual(['a']);
  expect(ids(welcome('another'))).toEqual([]);
});
